import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "@reefline/schema/errors";
import type { Context } from "../context.ts";
import { type ExportStream, exportLabels, exportPrediction, predictionToExport } from "../services/exportLayer.ts";
import type { PolygonTracer } from "../services/polygonTracer.ts";
import { predictionPolygons } from "../services/predictions.ts";
import { getRun } from "../services/training.ts";

function idsOf(url: URL): string[] | null {
  const ids = url.searchParams.get("ids");
  return ids ? ids.split(",").filter((id) => id !== "") : null;
}

async function sendExport(res: ServerResponse, { fileName, pieces }: ExportStream): Promise<void> {
  res.writeHead(200, {
    "Content-Type": "application/geo+json; charset=utf-8",
    "Content-Disposition": `attachment; filename="${fileName.replace(/[^\x20-\x7e]/g, "_")}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    "Cache-Control": "no-store",
  });
  await pipeline(Readable.from(pieces), res);
}

/** `GET /exports/:surveyId/label.geojson?ids=` */
export async function handleLabelExport(ctx: Context, res: ServerResponse, url: URL, surveyId: string): Promise<void> {
  await sendExport(res, await exportLabels(ctx, surveyId, idsOf(url)));
}

/** `GET /exports/:surveyId/prediction.geojson?predictionId=&threshold=&ids=`; traces the threshold when nobody has. */
export async function handlePredictionExport(
  ctx: Context,
  tracer: PolygonTracer,
  res: ServerResponse,
  url: URL,
  surveyId: string,
): Promise<void> {
  const prediction = await predictionToExport(ctx, surveyId, url.searchParams.get("predictionId"));
  const asked = url.searchParams.get("threshold");
  const threshold = asked === null ? prediction.threshold : Number(asked);
  if (!(threshold >= 0 && threshold <= 1)) throw new AppError("bad-input", "request/invalid", "The threshold must lie between 0 and 1.");
  await tracer.ensure(prediction.id, threshold);
  const { polygons } = await predictionPolygons(ctx, { predictionId: prediction.id, threshold }, () => {});
  await sendExport(res, await exportPrediction(ctx, prediction, polygons, idsOf(url)));
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
