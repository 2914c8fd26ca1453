import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import type { Disagreement } from "@reefline/schema/crossValidation";
import { isAppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Evaluation, ModelCard } from "@reefline/schema/training";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import type { JobRun } from "../../jobs/jobRun.ts";
import { combineEvaluations } from "../judging/combineEvaluations.ts";
import { labelConflicts } from "../labels/labelConflicts.ts";
import { judgedRasters } from "../predictions/judgedRasters.ts";

/** Both must be this sure before a place is called a probable label error. */
const sure = 0.9;
/** Of a fold; the largest. */
const mostDisagreements = 5_000;

/**
 * Predicts the ground that a fold left out, compares it with the labels of its examined part, and finds where they surely disagree. Held-out
 * areas of the user stay out of it, and so does ground that a model labelled.
 */
export async function evaluateFold(
  run: JobRun,
  { modelDir, card, sources, leftOut, workDir, onProgress }: FoldToJudge,
): Promise<{ heldOut: Evaluation | null; disagreements: Disagreement[] }> {
  const predictor = await loadPredictor(modelDir);
  const parts: Evaluation[] = [];
  const disagreements: Disagreement[] = [];
  try {
    for (const [index, source] of sources.entries()) {
      const area = leftOut[index] ?? [];
      if (area.length === 0) continue;
      const folder = join(workDir, source.surveyId);
      await mkdir(folder, { recursive: true });
      const predicted = await predictSurvey({
        predictor,
        raster: source.raster,
        image: source.image,
        area,
        swathDir: join(folder, "swaths"),
        shouldCancel: () => run.signal.aborted,
        onProgress: ({ fraction, secondsLeft }) => onProgress(fraction ?? 0, secondsLeft),
      });
      const rasters = await judgedRasters(predicted, { folder, classNames: card.classes, labels: source, signal: run.signal });
      const { probability, classes } = rasters;
      const truth = [...source.labels];
      const within = [...source.examined];
      const ignore = [...source.ignore, ...source.unsure, ...source.holdout, ...(source.drawnByModel ?? [])];
      try {
        const ground = { probability, truth, area, within, ignore, signal: run.signal };
        const survey = { surveyGrid: source.raster.grid, surveyRaster: source.raster };
        parts.push(await evaluateArea({ ...ground, ...survey, ...(classes ? { classes } : {}), threshold: card.threshold }));
        disagreements.push(...(await labelConflicts({ ...ground, classes, surveyId: source.surveyId, sure })));
      } catch (error) {
        // A block of nodata alone judges nothing.
        if (!isAppError(error) || error.code !== "inference/empty-area") throw error;
      } finally {
        await rasters.close();
      }
    }
  } finally {
    predictor.dispose();
  }
  disagreements.sort((a, b) => b.areaM2 - a.areaM2).splice(mostDisagreements);
  return { heldOut: combineEvaluations(parts), disagreements };
}

export interface FoldToJudge {
  readonly modelDir: string;
  readonly card: ModelCard;
  /** The surveys as the user left them, without the fold's own held-out ground. */
  readonly sources: readonly TrainSource[];
  /** For each of them. */
  readonly leftOut: readonly Polygon[][];
  readonly workDir: string;
  readonly onProgress: (fraction: number, secondsLeft: number | null) => void;
}
