import type { ServerResponse } from "node:http";
import { AppError } from "@reefline/schema/errors";
import { z } from "zod";
import type { Context } from "../context.ts";
import { asOneFile, exportModel, type ModelExportFormat } from "../services/training/exportModel.ts";

/** The last part of the address and what it is. */
const formats: Readonly<Record<string, ModelExportFormat>> = {
  "model.onnx": "onnx",
  "deepness.onnx": "deepness",
  "tfjs.zip": "tfjs",
  "reefline.zip": "reefline",
};

const querySchema = z.object({ tilePx: z.coerce.number().int().optional(), validInput: z.literal("yes").optional() });

/** `GET /models/:modelId/model.onnx?validInput=yes`, `deepness.onnx?tilePx=512`, `tfjs.zip`, `reefline.zip` */
export async function handleModelDownload(ctx: Context, res: ServerResponse, url: URL, modelId: string, file: string): Promise<void> {
  const format = formats[file];
  if (!format) throw new AppError("not-found", "request/no-route", "There is nothing at this address.");
  const query = querySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) throw new AppError("bad-input", "request/invalid", "The tile size must be a whole number of pixels.");
  const { tilePx, validInput } = query.data;
  const made = await exportModel(ctx, modelId, format, { validInput: validInput === "yes", ...(tilePx === undefined ? {} : { tilePx }) });
  const bytes = await asOneFile(made);
  res.writeHead(200, {
    "Content-Type": made.mediaType,
    "Content-Length": bytes.length,
    "Content-Disposition": `attachment; filename="${made.fileName.replace(/[^\x20-\x7e]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(made.fileName)}`,
    "Cache-Control": "no-store",
  });
  res.end(bytes);
}
