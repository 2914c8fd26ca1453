import type { IncomingMessage, ServerResponse } from "node:http";
import { layerSchema } from "@reefline/schema/feature";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import type { Context } from "../context.ts";
import { importAnyLabels } from "../services/labels/importAnyLabels.ts";
import { readQuery } from "./maskImportRoute.ts";
import { readBody, sendJson } from "./respond.ts";

const querySchema = z.object({
  surveyId: idSchema,
  layer: layerSchema.default("label"),
  class: z.string().trim().min(1).max(60).default("reef"),
  fileName: z.string().max(255).default("labels.geojson"),
  /** Photos only: the attribute with the class, classes that are taken, and whether photos listed without an outline were examined. */
  classAttribute: z.string().max(200).optional(),
  only: z.string().max(1_000).optional(),
  emptyIsExamined: z.enum(["true", "false"]).default("false"),
});

/** `POST /imports/labels?surveyId=&layer=&class=&fileName=`, the file's bytes as body. */
export async function handleLabelImport(ctx: Context, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const { classAttribute, only, emptyIsExamined, ...request } = readQuery(url, querySchema);
  const bytes = await readBody(req, ctx.store.config.limits.jsonBytes);
  const options = {
    defaultClass: request.class,
    classAttribute: classAttribute ?? null,
    only: only ? only.split(",") : null,
    emptyIsExamined: emptyIsExamined === "true",
    maskClasses: null,
  };
  sendJson(res, 200, await importAnyLabels(ctx, { ...request, bytes }, options));
}
