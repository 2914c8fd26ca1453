import { type Estimate, estimateOf, stratifiedRatio, stratifiedTotal } from "./stratifiedEstimate.ts";

/** Ground of one sampled block, in square metres, by what was predicted and what a person saw there. */
export interface BlockMeasurement {
  /** Predicted reef as it was counted when the sample was drawn: the same count that makes up the total. */
  readonly framePredictedM2: number;
  readonly reefPredictedM2: number;
  readonly reefMissedM2: number;
  readonly emptyPredictedM2: number;
  readonly emptyM2: number;
}

export interface StratumSample {
  readonly blockCount: number;
  readonly blocks: readonly BlockMeasurement[];
}

export interface AreaEstimate {
  /** Reef in m²; the interval never reaches below 0 or beyond the ground. */
  readonly areaM2: Estimate;
  /** Of what is predicted as reef, the share that is reef. */
  readonly usersAccuracy: Estimate | null;
  /** Of what is reef, the share that is predicted. */
  readonly producersAccuracy: Estimate | null;
  /** Of all ground, the share predicted as what it is. */
  readonly overallAccuracy: Estimate | null;
}

/**
 * Reef area from a stratified random sample of blocks whose truth was drawn by a person. With x the predicted and y the true reef area of a
 * block, the estimate is the mapped area corrected by the sampled errors,
 *
 *   Â = X + Σ_h N_h · mean_h(y − x),   V̂(Â) = Σ_h N_h² (1 − n_h / N_h) · s²_h(y − x) / n_h
 *
 * X being the predicted area of all blocks. This is the difference estimator (Särndal, Swensson & Wretman 1992, §6.3) over blocks as units:
 * without bias however good or bad the prediction is. Where units are single pixels and strata are map classes, x does not vary within a
 * stratum and it is the stratified estimator of Olofsson et al. 2014 (eq. 9–11). Blocks and not points are drawn because a person who has
 * found a place can outline a whole block in the time of a few points; that pixels of a block are alike is in s², which is taken between
 * blocks. Accuracies are ratios of estimated totals (Stehman 2014).
 *
 * Olofsson, Foody, Herold, Stehman, Woodcock & Wulder 2014, Remote Sensing of Environment 148: 42–57. Stehman 2014, International Journal of
 * Remote Sensing 35: 4923–4939.
 * @param frame predicted reef, and all ground, of every block of the survey
 */
export function estimateArea(
  strata: readonly StratumSample[],
  frame: { readonly predictedM2: number; readonly groundM2: number },
): AreaEstimate {
  const measured = (of: (block: BlockMeasurement) => number) =>
    strata.map(({ blockCount, blocks }) => ({ unitCount: blockCount, values: blocks.map(of) }));
  const correction = stratifiedTotal(measured((b) => b.reefPredictedM2 + b.reefMissedM2 - b.framePredictedM2));
  const area = estimateOf(frame.predictedM2 + correction.total, correction.variance, correction.degreesOfFreedom);
  const within = (value: number) => Math.min(frame.groundM2, Math.max(0, value));
  const reefPredicted = measured((b) => b.reefPredictedM2);
  return {
    areaM2: { ...area, low: within(area.low), high: within(area.high) },
    usersAccuracy: stratifiedRatio(
      reefPredicted,
      measured((b) => b.reefPredictedM2 + b.emptyPredictedM2),
    ),
    producersAccuracy: stratifiedRatio(
      reefPredicted,
      measured((b) => b.reefPredictedM2 + b.reefMissedM2),
    ),
    overallAccuracy: stratifiedRatio(
      measured((b) => b.reefPredictedM2 + b.emptyM2),
      measured((b) => b.reefPredictedM2 + b.reefMissedM2 + b.emptyPredictedM2 + b.emptyM2),
    ),
  };
}
