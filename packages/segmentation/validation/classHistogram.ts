import { noClassCounts } from "@reefline/accuracy/classScores";
import type { ClassCounts } from "@reefline/schema/classes";
import { isClaimed, logitBin, logitBins } from "./scoreHistogram.ts";

/**
 * How often each logit of reef was given to pixels of each class, and which class was the likeliest there: one pass over the validation
 * ground, then what was called what at any threshold comes from the counts. As fine as `ScoreHistogram`.
 */
export class ClassHistogram {
  readonly #classes: readonly string[];
  /** For each truth, 0 being none, and each likeliest class. */
  readonly #counts: readonly (readonly Float64Array[])[];

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#counts = [null, ...classes].map(() => classes.map(() => new Float64Array(logitBins)));
  }

  /**
   * @param truth 0 none, k the k-th class
   * @param likeliest k, if it is reef at all
   */
  add(logit: number, truth: number, likeliest: number): void {
    const counts = this.#counts[truth]?.[likeliest - 1];
    const bin = logitBin(logit);
    if (counts) counts[bin] = (counts[bin] ?? 0) + 1;
  }

  /** A pixel is called by its likeliest class where its probability of reef, at this temperature, is at least `threshold`. */
  countsAt(threshold: number, temperature: number): ClassCounts {
    const { classes, pixels } = noClassCounts(this.#classes);
    const table = pixels.map((row, truth) =>
      row.map((_, predicted) => {
        let sum = 0;
        (this.#counts[truth] ?? []).forEach((of, i) => {
          if (predicted > 0 && predicted !== i + 1) return;
          for (let bin = 0; bin < logitBins; bin++) {
            if (isClaimed(bin, threshold, temperature) === predicted > 0) sum += of[bin] ?? 0;
          }
        });
        return sum;
      }),
    );
    return { classes, pixels: table };
  }
}
