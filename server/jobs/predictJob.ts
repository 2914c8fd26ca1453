import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { gridBounds, gridGsdMeters, rescaleGrid } from "@reefline/geo/grid";
import { assembleProbabilityCog } from "@reefline/inference/assembleProbabilityCog";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import { cogDiskNeedBytes } from "@reefline/raster/diskNeed";
import { newId } from "@reefline/schema/ids";
import type { Prediction } from "@reefline/schema/prediction";
import { loadBackend } from "@reefline/segmentation/backend";
import { loadPredictor } from "@reefline/segmentation/predictor";
import { z } from "zod";
import { openSurveyRaster } from "../assets/openSurveyRaster.ts";
import { flushFile, newVersion, requireDisk } from "../assets/store.ts";
import { tracePolygons } from "../services/polygonSets.ts";
import { roundThreshold } from "../services/predictions.ts";
import { surveyImage } from "../services/surveys.ts";
import { publishEvent } from "../storage/events.ts";
import { insertPolygonSet, predictionById, updatePrediction } from "../storage/predictions.ts";
import { modelById } from "../storage/runs.ts";
import { surveyById } from "../storage/surveys.ts";
import { attemptFolders } from "./attempts.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

const paramsSchema = z.object({ predictionId: z.string(), autoThreshold: z.boolean() });

/** Predicts a survey or an area of it, outlines it at the prediction's threshold, and publishes both together. */
export async function predictJob(run: JobRun): Promise<JobOutcome> {
  const { predictionId, autoThreshold } = paramsSchema.parse(run.job.params);
  const { store, signal } = run;
  const { db, paths } = store;
  const prediction = await predictionById(db, predictionId);
  const survey = await surveyById(db, prediction.surveyId);
  const image = surveyImage(survey);
  const model = await modelById(db, prediction.modelId);
  const threshold = roundThreshold(autoThreshold ? model.card.threshold : prediction.threshold);
  const folder = paths.prediction(predictionId);
  const { own, earlier } = await attemptFolders(folder, run.lease);
  await requireDisk(folder, cogDiskNeedBytes(rescaleGrid(image.grid, model.card.gsdMeters), 1, "uint8"));

  run.progress({ message: `Loading ${model.name}`, fraction: 0, secondsLeft: null });
  const { backend } = await loadBackend();
  const predictor = await loadPredictor(paths.model(model.id));
  const raster = await openSurveyRaster(store, image);
  try {
    const predicted = await predictSurvey({
      predictor,
      raster,
      image,
      area: prediction.area,
      attemptDir: own,
      resumeFrom: earlier,
      // Another kind of backend rounds differently: its swaths are not mixed with ours.
      identity: `${model.id} ${backend.kind}`,
      onProgress: (progress) => run.progress({ ...progress, message: `Predicting ${survey.name}` }),
      shouldCancel: () => {
        run.wish();
        return signal.aborted;
      },
    });
    run.progress({ message: "Putting the prediction together", fraction: null, secondsLeft: null });
    const file = join(own, "probability.tif");
    const { areaHistogramM2 } = await assembleProbabilityCog({ ...predicted, outPath: file, signal });
    await flushFile(file);
    const gsdMeters = gridGsdMeters(predicted.modelGrid);
    run.progress({ message: "Outlining reefs", fraction: null, secondsLeft: null });
    const polygons = await tracePolygons(file, gsdMeters, threshold, signal);
    const asset = { id: newId("asset"), version: newVersion() };
    const published: NonNullable<Prediction["raster"]> = {
      assetId: asset.id,
      version: asset.version,
      grid: predicted.modelGrid,
      bounds: gridBounds(predicted.modelGrid),
      gsdMeters,
      areaHistogramM2,
    };
    const { size } = await stat(file);
    return {
      result: { predictionId, threshold, polygonCount: polygons.length, swathsReused: predicted.swathsReused },
      publish: async (trx) => {
        await rename(file, join(folder, "probability.tif"));
        await trx
          .insertInto("assets")
          .values({
            id: asset.id,
            surveyId: survey.id,
            kind: "probability",
            version: asset.version,
            path: join("predictions", predictionId, "probability.tif"),
            sizeBytes: size,
            createdAt: new Date().toISOString(),
          })
          .execute();
        await updatePrediction(trx, predictionId, { state: "ready", threshold, raster: published });
        await insertPolygonSet(trx, predictionId, threshold, polygons);
        await publishEvent(trx, { kind: "prediction", predictionId, surveyId: survey.id });
      },
      afterwards: async () => {
        for (const attempt of [own, ...earlier]) await rm(attempt, { recursive: true, force: true });
      },
    };
  } finally {
    predictor.dispose();
    await raster.close();
  }
}
