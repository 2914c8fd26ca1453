import { blendWeights, WEIGHT_ONE } from "./blendWeights.ts";
import { finalCols, type WindowPlan } from "./windowPlan.ts";

/** Values of 16 bits while they are blended: 0 = nodata, else 1 + 65534 v. */
export const BLENDED_ONE = 65_535;

/** What rounds 0–1 to 1–65535 when the fraction is cut off. */
const SCALE = BLENDED_ONE - 1;
const ROUNDED_ONE = 1.5;

/** A blended value of 16 bits → the byte of the raster: 0 = nodata, else 1 + 254 v. */
export const byteOfBlended: Uint8Array = Uint8Array.from({ length: BLENDED_ONE + 1 }, (_, blended) =>
  blended === 0 ? 0 : 1 + Math.floor(((blended - 1) * 254) / SCALE + 0.5),
);

/** Two values of 16 bits, the first with `weight` of `WEIGHT_ONE`. Either both are nodata or none is. */
export const blendTwo = (first: number, second: number, weight: number): number =>
  (weight * first + (WEIGHT_ONE - weight) * second + WEIGHT_ONE / 2) >> 7;

/** Finished columns of a row of windows: `values` as high as the windows, `widthPx` wide, one array per plane. */
export interface BlendedColumns {
  readonly colOff: number;
  readonly widthPx: number;
  /** Nothing but nodata. */
  readonly isEmpty: boolean;
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
    const values = this.carried.map((carried, p) => {
      const plane = planes?.[p];
      if (!plane) {
        carried.fill(0);
        return new Uint16Array(final.widthPx * windowHeightPx);
      }
      return this.addPlane(plane, keep, carried, weights, { first: firstFinal, count: final.widthPx, shared, hasNext });
    });
    return { ...final, isEmpty: planes === null, planes: values };
  }

  private addPlane(
    plane: Float32Array,
    keep: Uint8Array,
    carried: Int32Array,
    weights: Int32Array,
    cols: { first: number; count: number; shared: number; hasNext: boolean },
  ): Uint16Array {
    const { windowWidthPx, windowHeightPx, overlapPx } = this.plan;
    const { first, count, shared, hasNext } = cols;
    const out = new Uint16Array(count * windowHeightPx);
    const end = first + count;
    const alone = Math.min(end, Math.max(first, shared));
    const carryFrom = windowWidthPx - overlapPx;
    for (let row = 0; row < windowHeightPx; row++) {
      const source = row * windowWidthPx;
      const target = row * count - first;
      const carry = row * overlapPx;
      for (let col = first; col < alone; col++) {
        if (keep[source + col] !== 1) continue;
        const value = ((plane[source + col] ?? 0) * SCALE + ROUNDED_ONE) | 0;
        out[target + col] = ((weights[col] ?? 0) * value + (carried[carry + col] ?? 0) + WEIGHT_ONE / 2) >> 7;
      }
      for (let col = alone; col < end; col++) {
        if (keep[source + col] === 1) out[target + col] = ((plane[source + col] ?? 0) * SCALE + ROUNDED_ONE) | 0;
      }
      if (!hasNext) continue;
      for (let i = 0, at = source + carryFrom; i < overlapPx; i++, at++) {
        const value = ((plane[at] ?? 0) * SCALE + ROUNDED_ONE) | 0;
        carried[carry + i] = keep[at] === 1 ? (weights[carryFrom + i] ?? 0) * value : 0;
      }
    }
    return out;
  }
}
