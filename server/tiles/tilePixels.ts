import type { RasterArray } from "@reefline/raster/array";
import type { Raster } from "@reefline/raster/raster";
import { readScaled } from "@reefline/raster/resample/readScaled";
import { throwIfAborted } from "@reefline/raster/tiff/rasterError";
import type { TilePlan } from "./tilePlan.ts";

/** Resampled samples of a tile, bands interleaved, and how much of each pixel is measured ground. */
export interface TilePixels {
  readonly bandCount: number;
  readonly samples: Float32Array;
  /** 0 none … 1 all. */
  readonly coverage: Float32Array;
  readonly isEmpty: boolean;
  readonly isFull: boolean;
}

/** A pixel of the image this many tile pixels wide is drawn as the square it is. */
const crispFrom = 2;

/** @param scale full-resolution pixels under one tile pixel, along a side */
export const looksCrisp = (scale: number): boolean => scale * crispFrom <= 1.01;

/**
 * Reads the planned window and resamples it bilinearly; samples without measurement carry no weight.
 * @param look of pixels that are at least two tile pixels wide: blended, or crisp squares; "nearest": no pixel is ever blended
 */
export async function tilePixels(
  raster: Raster,
  plan: TilePlan,
  bands: readonly number[],
  signal?: AbortSignal,
  look: "blended" | "crisp" | "nearest" = "blended",
): Promise<TilePixels> {
  const source =
    plan.source.kind === "level"
      ? await raster.read(plan.window, { level: plan.source.level, bands, signal })
      : await readScaled(raster, plan.source.grid, plan.window, { bands, signal });
  throwIfAborted(signal);
  return resample(source, plan, look === "nearest" || (look === "crisp" && looksCrisp(plan.scale)));
}

function resample(source: RasterArray, plan: TilePlan, nearest: boolean): TilePixels {
  const { bandCount, data, valid, widthPx, heightPx } = source;
  const { cols, rows } = plan;
  const samples = new Float32Array(cols.length * bandCount);
  const coverage = new Float32Array(cols.length);
  const isWhole = !valid.includes(0);
  let covered = 0;
  let full = 0;
  for (let i = 0; i < cols.length; i++) {
    const col = cols[i] ?? Number.NaN;
    const row = rows[i] ?? 0;
    if (Number.isNaN(col)) continue;
    const x = Math.min(widthPx - 1, Math.max(0, nearest ? Math.floor(col) : col - 0.5));
    const y = Math.min(heightPx - 1, Math.max(0, nearest ? Math.floor(row) : row - 0.5));
    const left = Math.floor(x);
    const top = Math.floor(y);
    const fx = x - left;
    const fy = y - top;
    const a = top * widthPx + left;
    const b = left + 1 < widthPx ? a + 1 : a;
    const down = top + 1 < heightPx ? widthPx : 0;
    let wa = (1 - fx) * (1 - fy);
    let wb = fx * (1 - fy);
    let wc = (1 - fx) * fy;
    let wd = fx * fy;
    if (!isWhole) {
      if (valid[a] === 0) wa = 0;
      if (valid[b] === 0) wb = 0;
      if (valid[a + down] === 0) wc = 0;
      if (valid[b + down] === 0) wd = 0;
      const weight = wa + wb + wc + wd;
      if (weight < 1e-6) continue;
      coverage[i] = weight;
      if (weight > 1 - 1e-6) full++;
      wa /= weight;
      wb /= weight;
      wc /= weight;
      wd /= weight;
    } else {
      coverage[i] = 1;
      full++;
    }
    covered++;
    const ia = a * bandCount;
    const ib = b * bandCount;
    const ic = (a + down) * bandCount;
    const id = (b + down) * bandCount;
    const to = i * bandCount;
    for (let band = 0; band < bandCount; band++) {
      samples[to + band] =
        wa * (data[ia + band] ?? 0) + wb * (data[ib + band] ?? 0) + wc * (data[ic + band] ?? 0) + wd * (data[id + band] ?? 0);
    }
  }
  return { bandCount, samples, coverage, isEmpty: covered === 0, isFull: full === cols.length };
}
