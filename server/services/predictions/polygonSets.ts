import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { AppError } from "@reefline/schema/errors";
import type { OutlineOptions } from "@reefline/schema/outlines";
import { vectorizeProbability } from "@reefline/vectorize/vectorizeProbability";
import { openAsset } from "../../assets/openAsset.ts";
import { publishEvent } from "../../storage/events.ts";
import { outlineOptionsOf } from "../../storage/outlineOptions.ts";
import {
  addPolygons,
  beginPolygonSet,
  dropPolygonSet,
  findPolygonSet,
  finishPolygonSet,
  type StoredPolygon,
} from "../../storage/polygonSets.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Store } from "../../storage/store.ts";

/** Smaller predicted polygons are specks: less than this many of the model's own pixels, and never less than 0.05 m². */
const speckPixels = 16;
const speckLeastM2 = 0.05;
/** How often a tracing looks whether its prediction is still there. */
const lookMs = 1_000;
/** Polygons written in one short transaction, so that nobody who saves has to wait. */
const polygonsPerCommit = 1_000;

type Probability = Parameters<typeof vectorizeProbability>[0];

/**
 * Writes polygons as they come, a thousand per transaction, to a set that nobody sees until `finishPolygonSet` is called with its number,
 * at best in the transaction that publishes what they belong to. On failure nothing is left.
 */
export async function stagePolygonSet(
  store: Store,
  predictionId: string,
  threshold: number,
  polygons: AsyncIterable<StoredPolygon>,
): Promise<{ setNum: number; polygonCount: number }> {
  const setNum = await beginPolygonSet(store.db, predictionId, threshold);
  const write = (batch: readonly StoredPolygon[]) => store.db.transaction().execute((trx) => addPolygons(trx, setNum, batch));
  let polygonCount = 0;
  try {
    let batch: StoredPolygon[] = [];
    for await (const polygon of polygons) {
      batch.push(polygon);
      polygonCount++;
      if (batch.length < polygonsPerCommit) continue;
      await write(batch);
      batch = [];
    }
    await write(batch);
    return { setNum, polygonCount };
  } catch (error) {
    await dropPolygonSet(store.db, setNum);
    throw error;
  }
}

/** The class raster beside a probability raster, and what its values mean. */
type Classes = NonNullable<Parameters<typeof vectorizeProbability>[1]["classes"]>;

function traced(
  raster: Probability,
  classes: Classes | null,
  gsdMeters: number,
  threshold: number,
  outlines: OutlineOptions,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): AsyncIterable<StoredPolygon> {
  const { contour, smooth, connectivity, splitTouching } = outlines;
  const minAreaM2 = outlines.minAreaM2 ?? Math.max(speckLeastM2, speckPixels * gsdMeters ** 2);
  return vectorizeProbability(raster, {
    threshold,
    minAreaM2,
    minHoleM2: outlines.minHoleM2 ?? minAreaM2,
    ...(outlines.simplifyMeters === null ? {} : { simplifyMeters: outlines.simplifyMeters }),
    contour,
    smooth,
    connectivity,
    splitTouching,
    signal,
    ...(classes ? { classes } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
}

/** Traces a probability raster that is not published yet and stages its polygons; see `stagePolygonSet`. */
export async function stageTracedPolygons(
  store: Store,
  request: {
    predictionId: string;
    threshold: number;
    probabilityPath: string;
    /** Where the model tells classes apart. */
    classes: { path: string; names: readonly string[] } | null;
    gsdMeters: number;
    signal?: AbortSignal;
  },
): Promise<{ setNum: number; polygonCount: number }> {
  const { predictionId, threshold, probabilityPath, classes, gsdMeters, signal } = request;
  const raster = await openGeoTiff(await openFileSource(probabilityPath));
  const classRaster = classes && (await openGeoTiff(await openFileSource(classes.path)));
  try {
    const outlines = await outlineOptionsOf(store.db, predictionId);
    const byClass = classRaster && classes ? { source: classRaster, names: classes.names } : null;
    return await stagePolygonSet(store, predictionId, threshold, traced(raster, byClass, gsdMeters, threshold, outlines, signal));
  } finally {
    await raster.close();
    await classRaster?.close();
  }
}

/** Aborts once a prediction has been removed, by this process or another, or when `signal` does; call `stop` at the end. */
function whileThere(store: Store, predictionId: string, signal?: AbortSignal): { signal: AbortSignal; stop(): void } {
  const gone = new AbortController();
  const timer = setInterval(() => {
    predictionById(store.db, predictionId).catch((error) => {
      if (error instanceof AppError) gone.abort(error);
    });
  }, lookMs);
  return { signal: signal ? AbortSignal.any([signal, gone.signal]) : gone.signal, stop: () => clearInterval(timer) };
}

/**
 * Traces and stores the polygons of a finished prediction at a threshold, unless they are there. Ends early, and leaves nothing, when `signal`
 * is aborted or the prediction removed.
 */
export async function storePolygonSet(
  store: Store,
  predictionId: string,
  threshold: number,
  signal?: AbortSignal,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const prediction = await predictionById(store.db, predictionId);
  if (!prediction.raster || (await findPolygonSet(store.db, predictionId, threshold))) return;
  const raster = await openAsset(store, prediction.raster.assetId);
  const { classRaster } = prediction;
  const classSource = classRaster && (await openAsset(store, classRaster.assetId));
  const classes = classRaster && classSource ? { source: classSource, names: classRaster.classes } : null;
  const { gsdMeters } = prediction.raster;
  const there = whileThere(store, predictionId, signal);
  try {
    for (let isDrawn = false; !isDrawn; ) {
      const outlines = await outlineOptionsOf(store.db, predictionId);
      const polygons = traced(raster, classes, gsdMeters, threshold, outlines, there.signal, onProgress);
      const { setNum } = await stagePolygonSet(store, predictionId, threshold, polygons);
      isDrawn = await store.db.transaction().execute(async (trx) => {
        // Somebody may have asked for other outlines meanwhile, which removed this set: it is drawn again.
        if (JSON.stringify(await outlineOptionsOf(trx, predictionId)) !== JSON.stringify(outlines)) {
          await dropPolygonSet(trx, setNum);
          return false;
        }
        await finishPolygonSet(trx, setNum);
        await publishEvent(trx, { kind: "prediction", predictionId, surveyId: prediction.surveyId });
        return true;
      });
    }
  } finally {
    there.stop();
    await raster.close();
    await classSource?.close();
  }
}
