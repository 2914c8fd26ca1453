import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "@reefline/schema/errors";
import { layerSchema } from "@reefline/schema/feature";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import type { Context } from "../context.ts";
import { importLabels } from "../services/importLabels.ts";
import { readBody, sendJson } from "./respond.ts";

const querySchema = z.object({
  surveyId: idSchema,
  layer: layerSchema.default("label"),
  class: z.string().trim().min(1).max(60).default("reef"),
  fileName: z.string().max(255).default("labels.geojson"),
});

/** `POST /imports/labels?surveyId=&layer=&class=&fileName=`, the file's bytes as body. */
export async function handleLabelImport(ctx: Context, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const query = querySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) {
    const issue = query.error.issues[0];
    throw new AppError("bad-input", "request/invalid", `This was not accepted: ${issue?.path.join(".")} ${issue?.message}.`);
  }
  const bytes = await readBody(req, ctx.store.config.limits.jsonBytes);
  sendJson(res, 200, await importLabels(ctx, { ...query.data, bytes }));
}
