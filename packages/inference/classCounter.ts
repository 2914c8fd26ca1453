import { unsaidClass } from "@reefline/chips/cutChip";
import type { ClassCounts } from "@reefline/schema/classes";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { groundBits, type HeldOutStripe } from "./heldOutStripes.ts";

/** What was called what at one threshold, on counted pixels whose class is known, stripe by stripe. */
export class ClassCounter {
  readonly #least: number;
  readonly #side: number;
  readonly #pixels: Float64Array;
  readonly #areaM2: Float64Array;

  constructor(
    private readonly names: readonly string[],
    threshold: number,
  ) {
    this.#least = byteOfThreshold(threshold);
    this.#side = 1 + names.length;
    this.#pixels = new Float64Array(this.#side ** 2);
    this.#areaM2 = new Float64Array(this.#side ** 2);
  }

  add({ window, marginRows, ownRows, ground, predicted, classes }: HeldOutStripe, pixelAreaM2: (row: number) => number): void {
    if (!classes) return;
    const counts = new Uint32Array(this.#pixels.length);
    for (let row = marginRows; row < marginRows + ownRows; row++) {
      counts.fill(0);
      for (let at = row * window.widthPx; at < (row + 1) * window.widthPx; at++) {
        const truth = classes.truth[at] ?? 0;
        if (((ground[at] ?? 0) & groundBits.counted) === 0 || truth === unsaidClass) continue;
        const called = (predicted[at] ?? 0) >= this.#least ? (classes.predicted[at] ?? 0) : 0;
        const cell = truth * this.#side + called;
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      const areaM2 = pixelAreaM2(window.rowOff + row);
      counts.forEach((pixels, cell) => {
        if (pixels === 0) return;
        this.#pixels[cell] = (this.#pixels[cell] ?? 0) + pixels;
        this.#areaM2[cell] = (this.#areaM2[cell] ?? 0) + pixels * areaM2;
      });
    }
  }

  /** Null where no label says a class that is told apart: nothing is known of any. */
  counts(): ClassCounts | null {
    const rows = (cells: Float64Array): number[][] =>
      Array.from({ length: this.#side }, (_, truth) => [...cells.subarray(truth * this.#side, (truth + 1) * this.#side)]);
    const pixels = rows(this.#pixels);
    const isKnown = pixels.slice(1).some((row) => row.some((count) => count > 0));
    return isKnown ? { classes: [...this.names], pixels, areaM2: rows(this.#areaM2) } : null;
  }
}
