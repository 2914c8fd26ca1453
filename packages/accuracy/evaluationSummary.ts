import type { EvaluationDetail, SizeClassCounts } from "@reefline/schema/evaluation";
import { type Calibration, calibrationOf } from "./calibration.ts";
import { boundaryScores, type InstanceScores, instanceScores, type Scores } from "./scores.ts";

/** What follows from an evaluation's counts beyond pixels, at one of its thresholds. */
export interface EvaluationSummary {
  readonly boundary: Scores & { readonly toleranceMeters: number };
  readonly instances: InstanceScores & { readonly leastReefM2: number };
  /** Only the sizes that occur. */
  readonly sizes: readonly SizeClassCounts[];
  readonly calibration: Calibration;
  /** The course's score, not a Dice of counted pixels. */
  readonly courseSoftBatchDice: number | null;
}

/** Null when nothing was counted at this threshold. */
export function evaluationSummary(detail: EvaluationDetail, threshold: number): EvaluationSummary | null {
  const shapes = detail.shapes.find((each) => each.threshold === threshold);
  if (!shapes) return null;
  const { sum, batches } = detail.softBatchDice;
  return {
    boundary: { ...boundaryScores(shapes.boundary), toleranceMeters: detail.toleranceMeters },
    instances: { ...instanceScores(shapes.sizes), leastReefM2: detail.leastReefM2 },
    sizes: shapes.sizes.filter((size) => size.labelled > 0 || size.predicted > 0),
    calibration: calibrationOf(detail),
    courseSoftBatchDice: batches > 0 ? sum / batches : null,
  };
}
