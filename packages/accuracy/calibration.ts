import type { EvaluationDetail } from "@reefline/schema/evaluation";
import { probabilityFromByte } from "@reefline/schema/prediction";

/** Pixels whose predicted probability lies in a range, and how much of them is reef. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The middle of the bin where it is empty. */
  readonly meanProbability: number;
  readonly reefShare: number;
}

export interface Calibration {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: |reef share − mean probability|, weighted by pixels (Guo et al. 2017). */
  readonly expectedError: number;
  /** Mean squared difference between probability and truth (Brier 1950). */
  readonly brier: number;
}

/**
 * How sure the model says it is against how often it is right, in bins of equal width, from counts per byte. Ground without a prediction
 * is left out; a probability on the border of two bins belongs to the lower one, as in scikit-learn.
 */
export function calibrationOf(
  { reefByByte, otherByByte }: Pick<EvaluationDetail, "reefByByte" | "otherByByte">,
  binCount = 10,
): Calibration {
  const reef = new Float64Array(binCount);
  const all = new Float64Array(binCount);
  const weighted = new Float64Array(binCount);
  let squares = 0;
  for (let byte = 1; byte < 256; byte++) {
    const probability = probabilityFromByte(byte);
    const bin = Math.max(0, Math.ceil(probability * binCount - 1e-9) - 1);
    const [here = 0, other = 0] = [reefByByte[byte], otherByByte[byte]];
    reef[bin] = (reef[bin] ?? 0) + here;
    all[bin] = (all[bin] ?? 0) + here + other;
    weighted[bin] = (weighted[bin] ?? 0) + (here + other) * probability;
    squares += here * (1 - probability) ** 2 + other * probability ** 2;
  }
  const total = all.reduce((sum, count) => sum + count, 0);
  let error = 0;
  const bins = Array.from(all, (count, bin): ReliabilityBin => {
    const [from, to] = [bin / binCount, (bin + 1) / binCount];
    const meanProbability = count === 0 ? (from + to) / 2 : (weighted[bin] ?? 0) / count;
    const reefShare = count === 0 ? 0 : (reef[bin] ?? 0) / count;
    error += count * Math.abs(reefShare - meanProbability);
    return { from, to, count, meanProbability, reefShare };
  });
  return { bins, expectedError: total === 0 ? 0 : error / total, brier: total === 0 ? 0 : squares / total };
}
