import type { RasterArray, Samples } from "../array.ts";
import type { WarpPositions } from "./warpPositions.ts";

/** A part of a source, and how target positions fall on it. */
export interface WarpSource {
  readonly array: RasterArray;
  /** Of the level that `array` was read from. */
  readonly levelWidthPx: number;
  readonly levelHeightPx: number;
  /** Where `array` begins on that level. */
  readonly colOff: number;
  readonly rowOff: number;
  /** Full-resolution source pixels to this level's. */
  readonly factorX: number;
  readonly factorY: number;
}

/**
 * Bilinear over the valid ones of the four pixels around each position, nearest at the image's edge; valid where at least half of the
 * weight is. Whole-number types are rounded.
 * @param out interleaved, of the source's bands; written where valid only
 */
export function sampleBilinear(source: WarpSource, { cols, rows }: WarpPositions, out: Samples, valid: Uint8Array): void {
  const { array, levelWidthPx, levelHeightPx, factorX, factorY } = source;
  const { data, valid: measured, bandCount, widthPx } = array;
  const isWhole = !(out instanceof Float32Array || out instanceof Float64Array);
  for (let i = 0; i < cols.length; i++) {
    const col = (cols[i] ?? Number.NaN) * factorX;
    const row = (rows[i] ?? Number.NaN) * factorY;
    if (!(col >= 0 && row >= 0 && col < levelWidthPx && row < levelHeightPx)) continue;
    const x = Math.min(levelWidthPx - 1, Math.max(0, col - 0.5));
    const y = Math.min(levelHeightPx - 1, Math.max(0, row - 0.5));
    const x0 = Math.min(Math.floor(x), Math.max(0, levelWidthPx - 2));
    const y0 = Math.min(Math.floor(y), Math.max(0, levelHeightPx - 2));
    const u = x - x0;
    const v = y - y0;
    const a = (y0 - source.rowOff) * widthPx + (x0 - source.colOff);
    const right = u > 0 ? 1 : 0;
    const below = v > 0 ? widthPx : 0;
    const wa = (1 - u) * (1 - v) * (measured[a] ?? 0);
    const wb = u * (1 - v) * (measured[a + right] ?? 0);
    const wc = (1 - u) * v * (measured[a + below] ?? 0);
    const wd = u * v * (measured[a + right + below] ?? 0);
    const total = wa + wb + wc + wd;
    if (total < 0.5 - 1e-9) continue;
    valid[i] = 1;
    const ra = a * bandCount;
    const rb = (a + right) * bandCount;
    const rc = (a + below) * bandCount;
    const rd = (a + right + below) * bandCount;
    for (let band = 0, to = i * bandCount; band < bandCount; band++, to++) {
      // A pixel without weight may hold NaN.
      const value =
        ((wa > 0 ? wa * (data[ra + band] ?? 0) : 0) +
          (wb > 0 ? wb * (data[rb + band] ?? 0) : 0) +
          (wc > 0 ? wc * (data[rc + band] ?? 0) : 0) +
          (wd > 0 ? wd * (data[rd + band] ?? 0) : 0)) /
        total;
      out[to] = isWhole ? Math.round(value) : value;
    }
  }
}

/**
 * The area-weighted mean of the valid pixels under a box around each position; valid where they cover at least half of it.
 * @param boxWidthPx, boxHeightPx the box in pixels of the level, at least 1
 */
export function sampleBox(
  source: WarpSource,
  { cols, rows }: WarpPositions,
  boxWidthPx: number,
  boxHeightPx: number,
  out: Samples,
  valid: Uint8Array,
): void {
  const { array, levelWidthPx, levelHeightPx, factorX, factorY, colOff, rowOff } = source;
  const { data, valid: measured, bandCount, widthPx } = array;
  const isWhole = !(out instanceof Float32Array || out instanceof Float64Array);
  const sums = new Float64Array(bandCount);
  for (let i = 0; i < cols.length; i++) {
    const col = (cols[i] ?? Number.NaN) * factorX;
    const row = (rows[i] ?? Number.NaN) * factorY;
    const left = nearWhole(col - boxWidthPx / 2);
    const right = nearWhole(col + boxWidthPx / 2);
    const top = nearWhole(row - boxHeightPx / 2);
    const bottom = nearWhole(row + boxHeightPx / 2);
    if (!(right > 0 && bottom > 0 && left < levelWidthPx && top < levelHeightPx)) continue;
    const firstCol = Math.max(0, Math.floor(left));
    const lastCol = Math.min(levelWidthPx, Math.ceil(right));
    const firstRow = Math.max(0, Math.floor(top));
    const lastRow = Math.min(levelHeightPx, Math.ceil(bottom));
    sums.fill(0);
    let total = 0;
    for (let y = firstRow; y < lastRow; y++) {
      const wy = Math.min(bottom, y + 1) - Math.max(top, y);
      let at = (y - rowOff) * widthPx + (firstCol - colOff);
      for (let x = firstCol; x < lastCol; x++, at++) {
        if (measured[at] !== 1) continue;
        const weight = wy * (Math.min(right, x + 1) - Math.max(left, x));
        total += weight;
        for (let band = 0; band < bandCount; band++) sums[band] = (sums[band] ?? 0) + weight * (data[at * bandCount + band] ?? 0);
      }
    }
    if (total < 0.5 * boxWidthPx * boxHeightPx - 1e-9) continue;
    valid[i] = 1;
    for (let band = 0; band < bandCount; band++) {
      const value = (sums[band] ?? 0) / total;
      out[i * bandCount + band] = isWhole ? Math.round(value) : value;
    }
  }
}

/** Whole numbers that rounding has moved by a hair, so that no sliver of a neighbour creeps in. */
function nearWhole(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}
