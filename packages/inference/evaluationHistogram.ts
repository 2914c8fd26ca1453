import { byteOfThreshold } from "@reefline/schema/prediction";
import type { Evaluation } from "@reefline/schema/training";
import { metricsFromConfusion } from "@reefline/segmentation/validation/metrics";

/**
 * Pixels and ground by predicted byte, apart for truth and not truth: from one pass, the evaluation at every threshold.
 * Byte 0 holds pixels without a prediction; they are never positive.
 */
export class EvaluationHistogram {
  readonly truthCount = new Float64Array(256);
  readonly otherCount = new Float64Array(256);
  readonly truthAreaM2 = new Float64Array(256);
  readonly otherAreaM2 = new Float64Array(256);

  addRow(truthCounts: Uint32Array, otherCounts: Uint32Array, pixelAreaM2: number): void {
    for (let value = 0; value < 256; value++) {
      const truth = truthCounts[value] ?? 0;
      const other = otherCounts[value] ?? 0;
      this.truthCount[value] = (this.truthCount[value] ?? 0) + truth;
      this.otherCount[value] = (this.otherCount[value] ?? 0) + other;
      this.truthAreaM2[value] = (this.truthAreaM2[value] ?? 0) + truth * pixelAreaM2;
      this.otherAreaM2[value] = (this.otherAreaM2[value] ?? 0) + other * pixelAreaM2;
    }
  }

  get pixelCount(): number {
    return this.truthCount.reduce((sum, count) => sum + count, 0) + this.otherCount.reduce((sum, count) => sum + count, 0);
  }

  /** Counts, metrics and areas when pixels at or above the threshold are positive. */
  at(threshold: number): Evaluation {
    const least = byteOfThreshold(threshold);
    const split = (values: Float64Array): { below: number; from: number } => {
      let below = 0;
      let from = 0;
      values.forEach((value, byte) => {
        if (byte < least) below += value;
        else from += value;
      });
      return { below, from };
    };
    const truth = split(this.truthCount);
    const other = split(this.otherCount);
    const truthArea = split(this.truthAreaM2);
    const otherArea = split(this.otherAreaM2);
    return {
      ...metricsFromConfusion({ tp: truth.from, fn: truth.below, fp: other.from, tn: other.below }, threshold),
      areaM2: { predicted: truthArea.from + otherArea.from, truth: truthArea.from + truthArea.below },
    };
  }

  /** One evaluation per threshold, from the same pass. */
  sweep(thresholds: readonly number[]): Evaluation[] {
    return thresholds.map((threshold) => this.at(threshold));
  }
}
