import { blendWeights, WEIGHT_ONE } from "./blendWeights.ts";
import { finalCols, type WindowPlan } from "./windowPlan.ts";

/** Values of 16 bits while they are blended: 0 = nodata, else 1 + 65534 v. */
export const BLENDED_ONE = 65_535;

/** 0–1 → 1–65535. */
const toBlended = (value: number): number => 1 + ((Math.min(1, Math.max(0, value)) * (BLENDED_ONE - 1) + 0.5) | 0);

/** A blended value of 16 bits → the byte of the raster: 0 = nodata, else 1 + 254 v. */
export const byteOfBlended = (blended: number): number =>
  blended === 0 ? 0 : 1 + Math.floor(((blended - 1) * 254) / (BLENDED_ONE - 1) + 0.5);

/** Two values of 16 bits, the first with `weight` of `WEIGHT_ONE`. Either both are nodata or none is. */
export const blendTwo = (first: number, second: number, weight: number): number =>
  (weight * first + (WEIGHT_ONE - weight) * second + WEIGHT_ONE / 2) >> 7;

/** Finished columns of a row of windows: `values` as high as the windows, `widthPx` wide, one array per plane. */
export interface BlendedColumns {
  readonly colOff: number;
  readonly widthPx: number;
  /** 0 = nodata, else 1 + 65534 v. */
  readonly planes: readonly Uint16Array[];
}

/**
 * Blends one row of windows from left to right and hands out columns as soon as no further window reaches them: memory for one window,
 * whatever the survey's width. Integers only, so that what comes out depends on the windows alone.
 */
export class ColumnBlend {
  /** Weighted sums of the columns that the last window shares with the next, per plane, `overlapPx` wide. */
  private readonly carried: readonly Int32Array[];
  private nextCol = 0;

  /** @param planeCount values per pixel: the probability, and how much it varies if that is wanted */
  constructor(
    private readonly plan: WindowPlan,
    planeCount: number,
  ) {
    this.carried = Array.from({ length: planeCount }, () => new Int32Array(plan.overlapPx * plan.windowHeightPx));
  }

  /**
   * Adds the next window of the row.
   * @param planes 0–1, row by row, as large as the window; null: the window holds no ground that is asked for
   * @param keep 1 where a pixel was measured and is asked for; the same pixel has the same in every window
   */
  add(planes: readonly Float32Array[] | null, keep: Uint8Array): BlendedColumns {
    const { plan } = this;
    const windowCol = this.nextCol++;
    const { windowWidthPx, windowHeightPx, overlapPx } = plan;
    const left = plan.colOffs[windowCol] ?? 0;
    const hasNext = windowCol < plan.colOffs.length - 1;
    const weights = blendWeights(windowWidthPx, overlapPx, windowCol > 0, hasNext);
    const final = finalCols(plan, windowCol);
    const firstFinal = final.colOff - left;
    const shared = windowCol > 0 ? overlapPx : 0;
    const carryFrom = windowWidthPx - overlapPx;
    const out = this.carried.map((carried, p) => {
      const plane = planes?.[p];
      const values = new Uint16Array(final.widthPx * windowHeightPx);
      for (let row = 0; row < windowHeightPx; row++) {
        const source = row * windowWidthPx;
        const target = row * final.widthPx - firstFinal;
        const carry = row * overlapPx;
        if (plane) {
          for (let col = firstFinal; col < firstFinal + final.widthPx; col++) {
            if (keep[source + col] !== 1) continue;
            let sum = (weights[col] ?? 0) * toBlended(plane[source + col] ?? 0);
            if (col < shared) sum += carried[carry + col] ?? 0;
            values[target + col] = (sum + WEIGHT_ONE / 2) >> 7;
          }
          if (!hasNext) continue;
          for (let i = 0; i < overlapPx; i++) {
            const at = source + carryFrom + i;
            carried[carry + i] = keep[at] === 1 ? (weights[carryFrom + i] ?? 0) * toBlended(plane[at] ?? 0) : 0;
          }
        } else carried.fill(0, carry, carry + overlapPx);
      }
      return values;
    });
    return { colOff: final.colOff, widthPx: final.widthPx, planes: out };
  }
}
