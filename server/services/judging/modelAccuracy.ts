import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gridGsdMeters } from "@reefline/geo/grid";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import { isAppError } from "@reefline/schema/errors";
import { byteOfThreshold } from "@reefline/schema/prediction";
import type { Evaluation, ModelCard } from "@reefline/schema/training";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import type { JobRun } from "../../jobs/jobRun.ts";
import { type HeldOutChip, writeChip, writeChipList } from "../../report/heldOutChips.ts";
import { HeldOutSquares } from "../../report/heldOutSquares.ts";
import { judgedRasters } from "../predictions/judgedRasters.ts";
import { combineEvaluations } from "./combineEvaluations.ts";

/** Pictures of the best squares, and of the worst, in the report; and their side in pixels of the model. */
const chipsOfEach = 3;
const chipModelPx = 192;

/** Predicts the held-out areas of a training's surveys and compares them with the labels there; null when none was drawn. */
export async function evaluateModelOnHoldouts(
  run: JobRun,
  {
    modelDir,
    card,
    sources,
    workDir,
    chipDir = modelDir,
  }: {
    modelDir: string;
    card: ModelCard;
    sources: readonly TrainSource[];
    workDir: string;
    /** Where pictures go; the model's own folder when left out. */
    chipDir?: string;
  },
): Promise<Evaluation | null> {
  const held = sources.filter((source) => source.holdout.length > 0);
  if (held.length === 0) return null;
  const predictor = await loadPredictor(modelDir);
  const parts: Evaluation[] = [];
  const chips: HeldOutChip[] = [];
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
      const rasters = await judgedRasters(predicted, {
        folder: attemptDir,
        classNames: card.classes,
        labels: source,
        signal: run.signal,
      });
      const { probability, classes } = rasters;
      try {
        const squares = new HeldOutSquares(squarePx(source, card.gsdMeters), byteOfThreshold(card.threshold));
        parts.push(
          await evaluateArea({
            probability,
            surveyGrid: source.raster.grid,
            surveyRaster: source.raster,
            truth: [...source.labels],
            area: [...source.holdout],
            ignore: [...source.ignore, ...source.unsure, ...(source.drawnByModel ?? [])],
            ...(classes ? { classes } : {}),
            threshold: card.threshold,
            signal: run.signal,
            onStripe: (stripe) => squares.add(stripe),
          }),
        );
        const { best, worst } = squares.extremes(chipsOfEach);
        for (const [kind, chosen] of [["best", best] as const, ["worst", worst] as const])
          for (const [i, square] of chosen.entries()) {
            const name = `${kind}-${chips.length}-${i}`;
            const gsdMeters = gridGsdMeters(source.raster.grid);
            chips.push(await writeChip(chipDir, name, kind, { source, probability, square, gsdMeters }));
          }
      } finally {
        await rasters.close();
      }
    }
  } catch (error) {
    // A held-out area beside the image judges nothing, and must not cost the user the training.
    if (!isAppError(error) || !["inference/empty-area", "inference/area-outside"].includes(error.code)) throw error;
    run.log.warn({ err: error, run: run.job.id }, "held-out area left out");
  } finally {
    predictor.dispose();
  }
  await writeChipList(chipDir, mostTelling(chips));
  return combineEvaluations(parts);
}

/** Side of a square that is shown, in pixels of the survey. */
function squarePx({ raster }: TrainSource, gsdMeters: number): number {
  return Math.max(16, Math.round((chipModelPx * gsdMeters) / gridGsdMeters(raster.grid)));
}

/** Of the chips of all surveys as many as of one. */
function mostTelling(chips: readonly HeldOutChip[]): HeldOutChip[] {
  const of = (kind: HeldOutChip["kind"]) => chips.filter((chip) => chip.kind === kind);
  return [
    ...of("best")
      .sort((a, b) => b.dice - a.dice)
      .slice(0, chipsOfEach),
    ...of("worst")
      .sort((a, b) => b.wrongShare - a.wrongShare)
      .slice(0, chipsOfEach),
  ];
}
