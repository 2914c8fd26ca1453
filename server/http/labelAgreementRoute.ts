import type { IncomingMessage, ServerResponse } from "node:http";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import type { LabelComparison } from "../services/labels/labelAgreementFile.ts";
import { readQuery } from "./maskImportRoute.ts";
import { readBody, sendJson } from "./respond.ts";

const querySchema = z.object({ surveyId: idSchema, fileName: z.string().max(255).default("labels.geojson") });

/** `POST /imports/agreement?surveyId=&fileName=`, a second labeller's file as body: how far the two agree. Nothing is stored. */
export async function handleLabelAgreement(
  ctx: Context,
  comparison: LabelComparison,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
): Promise<void> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const request = readQuery(url, querySchema);
  const bytes = await readBody(req, ctx.store.config.limits.jsonBytes);
  sendJson(res, 200, await comparison.compareLabels({ ...request, bytes }));
}
