import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { assemblePrediction } from "@reefline/inference/assemblePrediction";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import { isAppError } from "@reefline/schema/errors";
import type { Evaluation, ModelCard } from "@reefline/schema/training";
import { loadPredictor } from "@reefline/segmentation/predictor";
import type { TrainSource } from "@reefline/segmentation/trainInput";
import type { JobRun } from "../jobs/jobRun.ts";
import { combineEvaluations } from "./combineEvaluations.ts";

/** Predicts the held-out areas of a training's surveys and compares them with the labels there; null when none was drawn. */
export async function evaluateModelOnHoldouts(
  run: JobRun,
  { modelDir, card, sources, workDir }: { modelDir: string; card: ModelCard; sources: readonly TrainSource[]; workDir: string },
): Promise<Evaluation | null> {
  const held = sources.filter((source) => source.holdout.length > 0);
  if (held.length === 0) return null;
  const predictor = await loadPredictor(modelDir);
  const parts: Evaluation[] = [];
  try {
    for (const source of held) {
      const attemptDir = join(workDir, source.surveyId);
      await mkdir(attemptDir, { recursive: true });
      const predicted = await predictSurvey({
        predictor,
        raster: source.raster,
        image: source.image,
        area: source.holdout,
        swathDir: join(attemptDir, "swaths"),
        shouldCancel: () => run.signal.aborted,
        onProgress: ({ fraction, secondsLeft }) =>
          run.progress({ message: "Checking the model against the held-out areas", fraction, secondsLeft }),
      });
      const path = join(attemptDir, "probability.tif");
      await assemblePrediction({ ...predicted, outPath: path, band: "probability", signal: run.signal });
      const probability = await openGeoTiff(await openFileSource(path));
      try {
        parts.push(
          await evaluateArea({
            probability,
            surveyGrid: source.raster.grid,
            surveyRaster: source.raster,
            truth: [...source.labels],
            area: [...source.holdout],
            ignore: [...source.ignore, ...source.unsure, ...(source.drawnByModel ?? [])],
            threshold: card.threshold,
          }),
        );
      } finally {
        await probability.close();
      }
    }
  } catch (error) {
    // A held-out area beside the image judges nothing, and must not cost the user the training.
    if (!isAppError(error) || !["inference/empty-area", "inference/area-outside"].includes(error.code)) throw error;
    run.log.warn({ err: error, run: run.job.id }, "held-out area left out");
  } finally {
    predictor.dispose();
  }
  return combineEvaluations(parts);
}
