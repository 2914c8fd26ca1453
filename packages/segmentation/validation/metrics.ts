import type { Confusion, Metrics } from "@reefline/schema/training";

/**
 * Counts what agrees. Pixels whose `valid` is not 1 are left out.
 * @param predicted 1 reef, 0 not
 * @param truth the same
 * @param valid null: every pixel counts
 */
export function countConfusion(predicted: ArrayLike<number>, truth: ArrayLike<number>, valid: ArrayLike<number> | null = null): Confusion {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < truth.length; i++) {
    if (valid !== null && valid[i] !== 1) continue;
    if (truth[i] === 1) predicted[i] === 1 ? counts.tp++ : counts.fn++;
    else predicted[i] === 1 ? counts.fp++ : counts.tn++;
  }
  return counts;
}

export function addConfusion(a: Confusion, b: Confusion): Confusion {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn, tn: a.tn + b.tn };
}

/**
 * Every metric is a formula over the four counts. Where a denominator is 0 there was nothing to find and nothing was claimed: that is
 * right, so the value is 1. (Precision without any claim, while there was something to find, is 0.)
 */
export function metricsFromConfusion({ tp, fp, fn, tn }: Confusion, threshold: number): Metrics {
  const ratio = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
  const iou = ratio(tp, tp + fp + fn);
  return {
    tp,
    fp,
    fn,
    tn,
    dice: ratio(2 * tp, 2 * tp + fp + fn),
    iou,
    meanIou: (iou + ratio(tn, tn + fp + fn)) / 2,
    precision: tp + fp === 0 && fn > 0 ? 0 : ratio(tp, tp + fp),
    recall: tp + fn === 0 && fp > 0 ? 0 : ratio(tp, tp + fn),
    threshold,
  };
}
