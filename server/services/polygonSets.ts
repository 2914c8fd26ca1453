import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import { vectorizeProbability } from "@reefline/vectorize/vectorizeProbability";
import { openAsset } from "../assets/openAsset.ts";
import { publishEvent } from "../storage/events.ts";
import { insertPolygonSet, polygonSet, predictionById } from "../storage/predictions.ts";
import type { Store } from "../storage/store.ts";

/** Smaller predicted polygons are specks: less than this many of the model's own pixels, and never less than 0.05 m². */
const speckPixels = 16;
const speckLeastM2 = 0.05;

/** Outlines of a probability raster at a threshold, with nothing decided yet. */
export async function tracePolygons(
  probabilityPath: string,
  gsdMeters: number,
  threshold: number,
  signal?: AbortSignal,
): Promise<PredictedPolygon[]> {
  const raster = await openGeoTiff(await openFileSource(probabilityPath));
  try {
    return await collect(raster, gsdMeters, threshold, signal);
  } finally {
    await raster.close();
  }
}

async function collect(
  raster: Parameters<typeof vectorizeProbability>[0],
  gsdMeters: number,
  threshold: number,
  signal?: AbortSignal,
): Promise<PredictedPolygon[]> {
  const minAreaM2 = Math.max(speckLeastM2, speckPixels * gsdMeters ** 2);
  const polygons: PredictedPolygon[] = [];
  for await (const polygon of vectorizeProbability(raster, { threshold, minAreaM2, signal })) polygons.push({ ...polygon, decision: null });
  return polygons;
}

/** Traces and stores the polygons of a finished prediction at a threshold, unless they are there. */
export async function storePolygonSet(store: Store, predictionId: string, threshold: number, signal?: AbortSignal): Promise<void> {
  const prediction = await predictionById(store.db, predictionId);
  if (!prediction.raster || (await polygonSet(store.db, predictionId, threshold))) return;
  const raster = await openAsset(store, prediction.raster.assetId);
  try {
    const polygons = await collect(raster, prediction.raster.gsdMeters, threshold, signal);
    await store.db.transaction().execute(async (trx) => {
      await insertPolygonSet(trx, predictionId, threshold, polygons);
      await publishEvent(trx, { kind: "prediction", predictionId, surveyId: prediction.surveyId });
    });
  } finally {
    await raster.close();
  }
}
