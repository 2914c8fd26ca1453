import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import { assemblePrediction, type PredictedBand } from "@reefline/inference/assemblePrediction";
import { ProgressMeter } from "@reefline/inference/progressMeter";
import { isWholeSwath, swathDiskNeedBytes } from "@reefline/inference/swathFile";
import { cogDiskNeedBytes } from "@reefline/raster/cog/diskNeed";
import { isAppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import { type PinnedEngine, type Prediction, pinnedEngineSchema } from "@reefline/schema/prediction";
import type { Model } from "@reefline/schema/training";
import { z } from "zod";
import { openSurveyRaster } from "../assets/openSurveyRaster.ts";
import { flushFile, newVersion, requireDisk } from "../assets/store.ts";
import { stageTracedPolygons } from "../services/predictions/polygonSets.ts";
import { roundThreshold } from "../services/predictions/predictions.ts";
import { surveyImage } from "../services/surveys/surveys.ts";
import { publishEvent } from "../storage/events.ts";
import { finishPolygonSet } from "../storage/polygonSets.ts";
import { predictionById, updatePrediction } from "../storage/predictions.ts";
import { modelById } from "../storage/runs.ts";
import { surveyById } from "../storage/surveys.ts";
import { claimSwath, expireDeadSwaths, forgetSwathFile, planSwaths, swathsOf } from "../storage/swaths.ts";
import { attemptFolders } from "./attempts.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";
import { pinEngine } from "./pinEngine.ts";
import { computeClaimedSwath, openPredictionWork, type PredictionWork, swathFolder } from "./predictionWork.ts";

const paramsSchema = z.object({ predictionId: z.string(), autoThreshold: z.boolean(), engine: pinnedEngineSchema.optional() });
const waitMs = 150;

/**
 * Predicts a survey or an area of it, outlines it at the prediction's threshold, and publishes all together. Swaths are shared with every
 * worker that has nothing better to do; this one puts them together.
 */
export async function predictJob(run: JobRun): Promise<JobOutcome> {
  const { predictionId, autoThreshold, engine: pinned } = paramsSchema.parse(run.job.params);
  const { store, signal } = run;
  const prediction = await predictionById(store.db, predictionId);
  const model = await modelById(store.db, prediction.modelId);
  const threshold = roundThreshold(autoThreshold ? model.card.threshold : prediction.threshold);
  const folder = store.paths.prediction(predictionId);
  const { own, earlier } = await attemptFolders(folder, run.lease);

  run.progress({ message: `Loading ${model.name}`, fraction: 0, secondsLeft: null });
  const work = await openPinned(run, prediction, model, pinned);
  try {
    const { plan, survey, image } = work;
    const { classes } = model.card;
    const bands = bandsOf(prediction, classes.length > 0);
    await requireDisk(folder, bands.length * cogDiskNeedBytes(plan.modelGrid, 1, "uint8") + swathDiskNeedBytes(plan));
    await run.commit((trx) => planSwaths(trx, predictionId, plan.hash, work.windowCounts));
    await forgetDamaged(run, work);
    const { reused, helped } = await computeSwaths(run, work);
    // The model's memory is free for what follows.
    await work.close();
    const swathPaths = (await swathsOf(store.db, predictionId)).map(({ file }) => join(swathFolder(store, predictionId), file ?? ""));

    const raster = await openSurveyRaster(store, image);
    const { rawGeoKeys } = raster;
    await raster.close();
    const made: MadeRaster[] = [];
    for (const band of bands) {
      const { name, message } = words[band];
      const file = join(own, `${name}.tif`);
      const onProgress = (fraction: number) => run.progress({ message, fraction, secondsLeft: null });
      const into = { outPath: file, plan, swathPaths, band, classNames: classes, rawGeoKeys, onProgress, signal };
      const histograms = await assemblePrediction(into);
      await flushFile(file);
      made.push({ band, name, file, ...histograms, sizeBytes: (await stat(file)).size, id: newId("asset"), version: newVersion() });
    }
    const named = (name: MadeRaster["name"]) => made.find((one) => one.name === name);
    const [probability, uncertainty, classRaster] = [named("probability"), named("uncertainty"), named("classes")];
    if (!probability) throw new Error("a prediction has a probability");
    const gsdMeters = gridGsdMeters(plan.modelGrid);
    run.progress({ message: "Outlining reefs", fraction: null, secondsLeft: null });
    const { setNum, polygonCount } = await stageTracedPolygons(store, {
      predictionId,
      threshold,
      probabilityPath: probability.file,
      classes: classRaster ? { path: classRaster.file, names: classes } : null,
      gsdMeters,
      signal,
    });
    const place = { grid: plan.modelGrid, bounds: gridBounds(plan.modelGrid), gsdMeters };
    return {
      result: { predictionId, threshold, polygonCount, swathsReused: reused, swathsByOthers: helped, engine: work.engine.name },
      publish: async (trx) => {
        for (const { name, file, id, version, sizeBytes } of made) {
          await rename(file, join(folder, `${name}.tif`));
          const path = join("predictions", predictionId, `${name}.tif`);
          const createdAt = new Date().toISOString();
          await trx.insertInto("assets").values({ id, surveyId: survey.id, kind: name, version, path, sizeBytes, createdAt }).execute();
        }
        await updatePrediction(trx, predictionId, {
          state: "ready",
          threshold,
          raster: { assetId: probability.id, version: probability.version, ...place, areaHistogramM2: probability.areaHistogramM2 },
          uncertainty: uncertainty
            ? {
                assetId: uncertainty.id,
                version: uncertainty.version,
                ...place,
                measure: uncertainty.band === "orientations" ? "orientations" : "entropy",
              }
            : null,
          classRaster: classRaster
            ? {
                classes,
                assetId: classRaster.id,
                version: classRaster.version,
                ...place,
                areaHistogramsM2: classRaster.classHistogramsM2,
              }
            : null,
        });
        await finishPolygonSet(trx, setNum);
        await trx.deleteFrom("swaths").where("predictionId", "=", predictionId).execute();
        await publishEvent(trx, { kind: "prediction", predictionId, surveyId: survey.id });
      },
      afterwards: async () => {
        for (const left of [own, ...earlier, swathFolder(store, predictionId)]) await rm(left, { recursive: true, force: true });
      },
    };
  } finally {
    await work.close();
  }
}

const unsure = { name: "uncertainty", message: "Putting together where it is unsure" } as const;
const words = {
  probability: { name: "probability", message: "Putting the prediction together" },
  orientations: unsure,
  entropy: unsure,
  classes: { name: "classes", message: "Putting the classes together" },
} as const;

/** A raster of the prediction that is written and not published yet. */
interface MadeRaster {
  readonly band: PredictedBand;
  readonly name: (typeof words)[PredictedBand]["name"];
  readonly file: string;
  readonly areaHistogramM2: number[];
  readonly classHistogramsM2: number[][];
  readonly sizeBytes: number;
  readonly id: string;
  readonly version: string;
}

function bandsOf({ options }: Prediction, hasClasses: boolean): PredictedBand[] {
  const uncertainty: PredictedBand[] = options.uncertainty ? [options.testTimeAugmentation ? "orientations" : "entropy"] : [];
  return ["probability", ...uncertainty, ...(hasClasses ? (["classes"] as const) : [])];
}

/**
 * Opens the work with the engine that was written down before the first swath, so that resumed attempts and helping workers use the same.
 * When nothing was written yet, or that engine is no longer here, one is chosen and written down; swaths by another are computed again.
 */
async function openPinned(run: JobRun, prediction: Prediction, model: Model, pinned: PinnedEngine | undefined): Promise<PredictionWork> {
  const { store, signal } = run;
  if (pinned) {
    try {
      return await openPredictionWork(store, prediction.id, pinned);
    } catch (error) {
      if (!isAppError(error) || error.code !== "segmentation/engine-missing") throw error;
      run.log.warn({ err: error, job: run.job.id }, "the engine of the first attempt is not here any more");
    }
  }
  const image = surveyImage(await surveyById(store.db, prediction.surveyId));
  run.progress({ message: "Finding the fastest way to run the model here", fraction: 0, secondsLeft: null });
  const engine = await pinEngine(store, { model, image, wish: prediction.options.engine, signal });
  await run.commit(async (trx) => {
    await trx
      .updateTable("jobs")
      .set({ paramsJson: JSON.stringify({ ...run.job.params, engine }) })
      .where("id", "=", run.job.id)
      .execute();
    await updatePrediction(trx, prediction.id, { engine });
  });
  return openPredictionWork(store, prediction.id, engine);
}

/** Swaths of earlier attempts whose file is not what was written are computed again. */
async function forgetDamaged(run: JobRun, { plan, prediction }: PredictionWork): Promise<void> {
  const folder = swathFolder(run.store, prediction.id);
  for (const { swathIndex, file } of await swathsOf(run.store.db, prediction.id)) {
    if (file === null || (await isWholeSwath(join(folder, file), plan.hash, swathIndex))) continue;
    run.log.warn({ job: run.job.id, file }, "a damaged part of the prediction is computed again");
    await forgetSwathFile(run.store.db, prediction.id, file);
  }
}

/** Takes swath after swath until all are done, by whomever. */
async function computeSwaths(run: JobRun, work: PredictionWork): Promise<{ reused: number; helped: number }> {
  const { store, lease, signal } = run;
  const { plan, prediction, survey, windowCounts } = work;
  const { widthPx, heightPx } = plan.modelGrid;
  const groundPx = (widthPx * heightPx) / Math.max(1, plan.windows.rowOffs.length * plan.windows.colOffs.length);
  const total = windowCounts.reduce((sum, count) => sum + count, 0);
  const before = await swathsOf(store.db, prediction.id);
  const reused = before.filter(({ file }) => file !== null).length;
  const doneBefore = before.reduce((sum, row) => sum + (row.file === null ? 0 : row.windowCount), 0);
  const meter = new ProgressMeter(total * groundPx, doneBefore * groundPx);
  let mine = 0;
  /** Windows others have done or are at; asked for now and then. */
  let byOthers = 0;
  let workers = 1;
  const show = (): void => {
    const progress = meter.at((doneBefore + mine + byOthers) * groundPx);
    const helpers = workers > 1 ? ` by ${workers} workers` : "";
    run.progress({ ...progress, message: `Predicting ${survey.name}${helpers}${progress.message}` });
  };
  const look = async (): Promise<boolean> => {
    await expireDeadSwaths(store.db, prediction.id);
    const rows = await swathsOf(store.db, prediction.id);
    const others = rows.filter((row) => row.leaseOwner !== null && row.leaseOwner !== lease.owner);
    workers = 1 + new Set(others.map((row) => row.leaseOwner)).size;
    const finished = rows.reduce((sum, row) => sum + (row.file === null ? 0 : row.windowCount), 0);
    byOthers = Math.max(0, finished + others.reduce((sum, row) => sum + row.windowsDone, 0) - doneBefore - mine);
    show();
    return rows.every((row) => row.file !== null);
  };
  let computed = 0;
  /** Swaths whose last windows are computed and whose files are flushed while the next one is begun. */
  const unsettled: { settled: Promise<boolean>; windows: () => number }[] = [];
  const settleAllBut = async (newest: number): Promise<void> => {
    while (unsettled.length > newest) {
      const [swath] = unsettled;
      if (await swath?.settled) computed++;
      else mine -= swath?.windows() ?? 0;
      unsettled.shift();
    }
  };
  const computeNext = async (): Promise<boolean> => {
    run.wish();
    signal.throwIfAborted();
    const swath = await claimSwath(store, { predictionId: prediction.id, planHash: plan.hash, owner: lease.owner });
    if (!swath) {
      await settleAllBut(0);
      if (await look()) return false;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return true;
    }
    let windows = 0;
    const { settled } = await computeClaimedSwath(store, work, swath, {
      shouldStop: () => {
        run.wish();
        return signal.aborted;
      },
      onWindow: () => {
        windows++;
        mine++;
        show();
      },
    });
    unsettled.push({ settled, windows: () => windows });
    await settleAllBut(1);
    await look();
    return true;
  };
  try {
    while (await computeNext());
  } finally {
    // Nothing is still computing when the model is closed.
    await Promise.allSettled(unsettled.map(({ settled }) => settled));
  }
  return { reused, helped: windowCounts.length - reused - computed };
}
