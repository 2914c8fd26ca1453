import { boundaryMarginPx, countBoundary } from "@reefline/accuracy/boundaryMatch";
import { InstanceCounter } from "@reefline/accuracy/instanceCounter";
import type { BoundaryCounts, ShapeCounts } from "@reefline/schema/evaluation";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { groundBits, type HeldOutStripe } from "./heldOutStripes.ts";

const BLOCK_PX = 1024;

/** Outlines and single reefs at one threshold, stripe by stripe. */
export class ShapeCounter {
  readonly #boundary: BoundaryCounts = { predicted: 0, predictedNear: 0, labelled: 0, labelledNear: 0 };
  readonly #least: number;
  #instances: InstanceCounter | null = null;

  constructor(
    readonly threshold: number,
    readonly toleranceMeters: number,
    readonly pixelMeters: { readonly colMeters: number; readonly rowMeters: number },
  ) {
    this.#least = byteOfThreshold(threshold);
  }

  add(stripe: HeldOutStripe, pixelAreaM2: (row: number) => number): void {
    this.#addOutlines(stripe);
    const { window, marginRows, ownRows, ground, predicted } = stripe;
    this.#instances ??= new InstanceCounter(window.widthPx);
    const labelledRow = new Uint8Array(window.widthPx);
    const predictedRow = new Uint8Array(window.widthPx);
    for (let row = marginRows; row < marginRows + ownRows; row++) {
      for (let col = 0; col < window.widthPx; col++) {
        const at = row * window.widthPx + col;
        const bits = ground[at] ?? 0;
        labelledRow[col] = (bits & groundBits.reef) !== 0 ? 1 : 0;
        predictedRow[col] = bits !== 0 && (predicted[at] ?? 0) >= this.#least ? 1 : 0;
      }
      this.#instances.addRow(labelledRow, predictedRow, pixelAreaM2(window.rowOff + row));
    }
  }

  counts(leastReefM2: number): ShapeCounts {
    return { threshold: this.threshold, boundary: { ...this.#boundary }, sizes: this.#instances?.counts(leastReefM2) ?? [] };
  }

  #addOutlines({ window, marginRows, ownRows, ground, predicted }: HeldOutStripe): void {
    const margin = boundaryMarginPx(this.toleranceMeters, this.pixelMeters.colMeters);
    for (let colOff = 0; colOff < window.widthPx; colOff += BLOCK_PX) {
      const from = Math.max(0, colOff - margin);
      const ownWidth = Math.min(BLOCK_PX, window.widthPx - colOff);
      const widthPx = Math.min(window.widthPx, colOff + ownWidth + margin) - from;
      const masks = { counted: new Uint8Array(widthPx * window.heightPx), labelled: new Uint8Array(0), predicted: new Uint8Array(0) };
      masks.labelled = new Uint8Array(masks.counted.length);
      masks.predicted = new Uint8Array(masks.counted.length);
      let any = false;
      for (let row = 0; row < window.heightPx; row++) {
        for (let col = 0; col < widthPx; col++) {
          const at = row * window.widthPx + from + col;
          const bits = ground[at] ?? 0;
          if (bits === 0) continue;
          const i = row * widthPx + col;
          masks.counted[i] = 1;
          masks.labelled[i] = (bits & groundBits.reef) !== 0 ? 1 : 0;
          masks.predicted[i] = (predicted[at] ?? 0) >= this.#least ? 1 : 0;
          any = true;
        }
      }
      if (!any) continue;
      const inner = { colOff: colOff - from, rowOff: marginRows, widthPx: ownWidth, heightPx: ownRows };
      const counts = countBoundary({ widthPx, heightPx: window.heightPx, ...masks, inner }, this.toleranceMeters, this.pixelMeters);
      for (const name of ["predicted", "predictedNear", "labelled", "labelledNear"] as const) this.#boundary[name] += counts[name];
    }
  }
}
