import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "@reefline/schema/errors";
import type { Prediction } from "@reefline/schema/prediction";
import type { Context } from "../context.ts";
import type { ExportFile, ExportFormat } from "../services/exports/exportFile.ts";
import { type ExportRequest, exportLabels, exportPrediction, predictionToExport } from "../services/exports/exportLayer.ts";
import { exportPhotos, type PhotoFormat } from "../services/exports/exportPhotos.ts";
import { exportRaster, type RasterKind } from "../services/exports/exportRaster.ts";
import type { PolygonTracer } from "../services/predictions/polygonTracer.ts";
import { roundThreshold } from "../services/predictions/predictions.ts";
import { chipsRequestSchema, exportChips } from "../services/training/exportChips.ts";
import { getRun } from "../services/training/training.ts";

function idsOf(url: URL): string[] | null {
  const ids = url.searchParams.get("ids");
  return ids ? ids.split(",").filter((id) => id !== "") : null;
}

async function sendExport(res: ServerResponse, { fileName, contentType, pieces }: ExportFile): Promise<void> {
  // What is written aside first may still fail: the head goes out with the first piece.
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  res.writeHead(200, {
    "Content-Type": contentType,
    "Content-Disposition": `attachment; filename="${fileName.replace(/[^\x20-\x7e]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    "Cache-Control": "no-store",
  });
  const all = async function* () {
    try {
      for (let piece = first; !piece.done; piece = await iterator.next()) yield piece.value;
    } finally {
      await iterator.return?.();
    }
  };
  await pipeline(Readable.from(all()), res);
}

function requestOf(url: URL, format: ExportFormat): ExportRequest {
  const crs = url.searchParams.get("crs") ?? "wgs84";
  if (crs !== "wgs84" && crs !== "survey") throw new AppError("bad-input", "request/invalid", "crs is wgs84 or survey.");
  return { format, crs, ids: idsOf(url) };
}

function thresholdOf(url: URL, prediction: Prediction): number {
  const asked = url.searchParams.get("threshold");
  const threshold = asked === null ? prediction.threshold : Number(asked);
  if (!(threshold >= 0 && threshold <= 1)) throw new AppError("bad-input", "request/invalid", "The threshold must lie between 0 and 1.");
  return roundThreshold(threshold);
}

/** `GET /training/chips.zip?request=`, JSON of surveys and configuration: the chips of the split as PNG pairs. */
export async function handleChipsExport(ctx: Context, res: ServerResponse, url: URL): Promise<void> {
  const request = chipsRequestSchema.safeParse(parsed(url.searchParams.get("request") ?? ""));
  if (!request.success) throw new AppError("bad-input", "request/invalid", "Which chips are wanted was not understood. Reload the page.");
  await sendExport(res, await exportChips(ctx, request.data));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `GET /exports/:surveyId/label.{geojson,gpkg,fgb,shp.zip}?crs=&ids=` */
export async function handleLabelExport(
  ctx: Context,
  res: ServerResponse,
  url: URL,
  surveyId: string,
  format: ExportFormat,
): Promise<void> {
  await sendExport(res, await exportLabels(ctx, surveyId, requestOf(url, format)));
}

/** `GET /exports/:surveyId/prediction.{geojson,gpkg,fgb,shp.zip}?predictionId=&threshold=&crs=&ids=`; traces the threshold when nobody has. */
export async function handlePredictionExport(
  ctx: Context,
  tracer: PolygonTracer,
  res: ServerResponse,
  url: URL,
  surveyId: string,
  format: ExportFormat,
): Promise<void> {
  const prediction = await predictionToExport(ctx, surveyId, url.searchParams.get("predictionId"));
  const threshold = thresholdOf(url, prediction);
  await tracer.ensure(prediction.id, threshold, goneSignal(res));
  await sendExport(res, await exportPrediction(ctx, prediction, threshold, requestOf(url, format)));
}

/**
 * `GET /exports/:surveyId/{label,prediction}.{photos.geojson,via.json,coco.json,masks.zip,photos.csv}?predictionId=&threshold=`: what is drawn on a folder of
 * photos, in their own pixels.
 */
export async function handlePhotoExport(
  ctx: Context,
  tracer: PolygonTracer,
  res: ServerResponse,
  url: URL,
  { surveyId, layer, format }: { surveyId: string; layer: "label" | "prediction"; format: PhotoFormat },
): Promise<void> {
  if (layer === "label") return sendExport(res, await exportPhotos(ctx, { surveyId, format, predicted: null }));
  const prediction = await predictionToExport(ctx, surveyId, url.searchParams.get("predictionId"));
  const threshold = thresholdOf(url, prediction);
  await tracer.ensure(prediction.id, threshold, goneSignal(res));
  await sendExport(res, await exportPhotos(ctx, { surveyId, format, predicted: { prediction, threshold } }));
}

/** `GET /exports/:surveyId/{probability,mask,uncertainty}.tif?predictionId=&threshold=` */
export async function handleRasterExport(ctx: Context, res: ServerResponse, url: URL, surveyId: string, kind: RasterKind): Promise<void> {
  const prediction = await predictionToExport(ctx, surveyId, url.searchParams.get("predictionId"));
  await sendExport(res, await exportRaster(ctx, prediction, kind, thresholdOf(url, prediction), goneSignal(res)));
}

/** Aborted when nobody is there any more to take the answer. */
function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (res.destroyed) gone.abort();
  res.once("close", () => gone.abort());
  return gone.signal;
}

/** `GET /runs/:runId/chips/:file`: a sample chip of a training run. */
export async function handleChip(ctx: Context, res: ServerResponse, runId: string, file: string): Promise<void> {
  await getRun(ctx, runId);
  const path = join(ctx.store.paths.run(runId), "chips", file);
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null) throw new AppError("not-found", "run/no-chip", "This picture is not there any more; newer ones have taken its place.");
  res.writeHead(200, { "Content-Type": "image/png", "Content-Length": size, "Cache-Control": "private, max-age=31536000, immutable" });
  await pipeline(createReadStream(path), res);
}
