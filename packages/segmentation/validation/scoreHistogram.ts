import type { Confusion, Metrics } from "@reefline/schema/training";
import { metricsFromConfusion } from "./metrics.ts";
import { fitTemperature } from "./temperature.ts";

/** Logits beyond ±this are counted in the outermost bins. */
const reach = 16;
const bins = 4096;

export const logitBins = bins;

export function logitBin(logit: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor(((logit + reach) / (2 * reach)) * bins)));
}

/** Whether a logit of this bin is a probability of at least `threshold` at this temperature. */
export function isClaimed(bin: number, threshold: number, temperature: number): boolean {
  return binCentre(bin) >= temperature * Math.log(threshold / (1 - threshold));
}

/**
 * How often each logit was given to reef and to empty pixels: one pass over the validation ground, then loss, temperature and every
 * threshold come from the counts. Resolution 1/128 of a logit.
 */
export class ScoreHistogram {
  readonly #reef = new Float64Array(bins);
  readonly #empty = new Float64Array(bins);

  add(logit: number, isReef: boolean): void {
    const bin = logitBin(logit);
    const counts = isReef ? this.#reef : this.#empty;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }

  get pixelCount(): number {
    return this.#reef.reduce((sum, count) => sum + count, 0) + this.#empty.reduce((sum, count) => sum + count, 0);
  }

  /** Mean binary cross-entropy when logits are divided by `temperature`. */
  crossEntropy(temperature: number): number {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) {
      const z = binCentre(bin) / temperature;
      sum += (this.#reef[bin] ?? 0) * softplus(-z) + (this.#empty[bin] ?? 0) * softplus(z);
    }
    return sum / Math.max(1, this.pixelCount);
  }

  /** 1 where there is no pixel. */
  fitTemperature(): number {
    return this.pixelCount === 0 ? 1 : fitTemperature((temperature) => this.crossEntropy(temperature));
  }

  /** A pixel is reef when its probability, at this temperature, is at least `threshold`. */
  metricsAt(threshold: number, temperature: number): Metrics {
    const counts: Confusion = { tp: 0, fp: 0, fn: 0, tn: 0 };
    for (let bin = 0; bin < bins; bin++) {
      if (isClaimed(bin, threshold, temperature)) {
        counts.tp += this.#reef[bin] ?? 0;
        counts.fp += this.#empty[bin] ?? 0;
      } else {
        counts.fn += this.#reef[bin] ?? 0;
        counts.tn += this.#empty[bin] ?? 0;
      }
    }
    return metricsFromConfusion(counts, threshold);
  }

  /** The threshold of highest Dice, in hundredths; of equal ones the nearest to 0.5. */
  bestThreshold(temperature: number): Metrics {
    let best = this.metricsAt(0.5, temperature);
    for (let step = 1; step < 50; step++) {
      for (const threshold of [0.5 - step / 100, 0.5 + step / 100]) {
        const metrics = this.metricsAt(Math.round(threshold * 100) / 100, temperature);
        if (metrics.dice > best.dice) best = metrics;
      }
    }
    return best;
  }
}

function binCentre(bin: number): number {
  return ((bin + 0.5) / bins) * 2 * reach - reach;
}

function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
