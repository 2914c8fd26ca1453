import { composeAffine, invertAffine } from "@reefline/geo/affine";
import type { Affine, Grid, Window } from "@reefline/schema/grid";
import type { RasterArray } from "../array.ts";
import type { Raster } from "../raster.ts";
import { throwIfAborted } from "../tiff/rasterError.ts";
import { type AxisWeights, axisWeights } from "./boxWeights.ts";
import { resampleBytes } from "./resampleBytes.ts";

/** Source samples held at once while shrinking; more are read in bands of target rows. */
const sourceSamplesAtOnce = 2 ** 25;

/**
 * A window of another grid over the same ground, e.g. the model grid of `rescaleGrid`: the area-weighted mean of the valid
 * samples under each pixel when shrinking (from the overview that still is as fine), bilinear when enlarging.
 * A pixel is valid when at least half of its weight lies on valid samples. The same pixel has the same value in any window.
 * @param targetGrid same CRS as the raster, axes parallel to its own
 * @param window in pixels of targetGrid; may reach beyond the raster, where nothing is valid
 * @param options.bytes of an 8-bit raster: the values rounded to bytes, 0 where not valid, several times as fast
 * @returns float32, or uint8 when that is asked for and the raster has it; as many bands as asked for (all by default)
 * @throws RangeError when the grids are not parallel; AppError as reading does
 */
export async function readScaled(
  raster: Raster,
  targetGrid: Grid,
  window: Window,
  options: { bands?: readonly number[]; bytes?: boolean; signal?: AbortSignal } = {},
): Promise<RasterArray> {
  const { scaleX, scaleY, shiftX, shiftY } = alignment(raster.grid.transform, targetGrid.transform);
  const level = finestNeeded(raster, Math.min(Math.abs(scaleX), Math.abs(scaleY)));
  const size = raster.levels[level];
  if (!size) throw new RangeError("the raster has no levels");
  const toLevelX = size.widthPx / raster.grid.widthPx;
  const toLevelY = size.heightPx / raster.grid.heightPx;
  const cols = axisWeights(window.colOff, window.widthPx, scaleX * toLevelX, shiftX * toLevelX, size.widthPx);
  const bandCount = options.bands?.length ?? raster.bandNames.length;
  const same =
    options.bytes && cols.isCopy
      ? await readSame(raster, window, cols, { scaleY: scaleY * toLevelY, shiftY: shiftY * toLevelY, level, ...options })
      : null;
  if (same) return same;
  const samples = window.widthPx * window.heightPx * bandCount;
  const out = options.bytes && raster.sampleType === "uint8" ? new Uint8Array(samples) : new Float32Array(samples);
  const valid = new Uint8Array(window.widthPx * window.heightPx);
  const sourceRow = Math.max(1, (cols.high - cols.low) * bandCount) * Math.max(1, Math.abs(scaleY * toLevelY));
  const rowsAtOnce = Math.max(1, Math.floor(sourceSamplesAtOnce / sourceRow));
  for (let row = 0; row < window.heightPx; row += rowsAtOnce) {
    throwIfAborted(options.signal);
    const rowCount = Math.min(rowsAtOnce, window.heightPx - row);
    const rows = axisWeights(window.rowOff + row, rowCount, scaleY * toLevelY, shiftY * toLevelY, size.heightPx);
    if (cols.high <= cols.low || rows.high <= rows.low) continue;
    const source = await raster.read(
      { colOff: cols.low, rowOff: rows.low, widthPx: cols.high - cols.low, heightPx: rows.high - rows.low },
      { level, bands: options.bands, signal: options.signal },
    );
    if (cols.isCopy && rows.isCopy) copy(source, cols, rows, out, valid, row);
    else if (out instanceof Float32Array) resample(source, cols, rows, out, valid, row);
    else if (source.data instanceof Uint8Array)
      resampleBytes({ ...source, data: source.data }, cols, rows, { data: out, valid, widthPx: window.widthPx, bandCount }, row);
    else throw new RangeError("the raster says it holds bytes and does not");
  }
  if (out instanceof Uint8Array && cols.isCopy) clearInvalid(out, valid, bandCount);
  return {
    layout: "pixel-interleaved",
    sampleType: out instanceof Uint8Array ? "uint8" : "float32",
    bandCount,
    widthPx: window.widthPx,
    heightPx: window.heightPx,
    data: out,
    valid,
  };
}

/** Bytes of a window that lies whole on the raster and has its very pixels: as they are read, without another copy. */
async function readSame(
  raster: Raster,
  window: Window,
  cols: AxisWeights,
  { scaleY, shiftY, ...options }: { scaleY: number; shiftY: number; level: number; bands?: readonly number[]; signal?: AbortSignal },
): Promise<RasterArray | null> {
  const rows = axisWeights(window.rowOff, window.heightPx, scaleY, shiftY, raster.levels[options.level]?.heightPx ?? 0);
  const { widthPx, heightPx } = window;
  if (!rows.isCopy || cols.high - cols.low !== widthPx || rows.high - rows.low !== heightPx) return null;
  if (raster.sampleType !== "uint8" || widthPx * heightPx * raster.bandNames.length > sourceSamplesAtOnce) return null;
  const source = await raster.read({ colOff: cols.low, rowOff: rows.low, widthPx, heightPx }, options);
  if (source.data instanceof Uint8Array) clearInvalid(source.data, source.valid, source.bandCount);
  return source;
}

/** Target pixels to raster pixels: col = scaleX · targetCol + shiftX, and so for rows. */
function alignment(raster: Affine, target: Affine): { scaleX: number; scaleY: number; shiftX: number; shiftY: number } {
  const [scaleX, skewX, shiftX, skewY, scaleY, shiftY] = composeAffine(invertAffine(raster), target);
  if (Math.abs(skewX) > 1e-6 * Math.abs(scaleX) || Math.abs(skewY) > 1e-6 * Math.abs(scaleY)) {
    throw new RangeError("the target grid is turned against the raster's");
  }
  return { scaleX, scaleY, shiftX: tidy(shiftX), shiftY: tidy(shiftY) };
}

/** Offsets of coordinates in the millions carry rounding; a shift of a millionth of a pixel is none. */
function tidy(shift: number): number {
  const whole = Math.round(shift);
  return Math.abs(shift - whole) < 1e-5 ? whole : shift;
}

/** The coarsest level whose pixels are no larger than the target's, with a hundredth of slack. */
function finestNeeded(raster: Raster, scale: number): number {
  let best = 0;
  raster.levels.forEach((level, i) => {
    if (raster.grid.widthPx / level.widthPx <= scale * 1.01) best = i;
  });
  return best;
}

function clearInvalid(out: Uint8Array, valid: Uint8Array, bandCount: number): void {
  for (let pixel = valid.indexOf(0); pixel >= 0; pixel = valid.indexOf(0, pixel)) {
    const end = valid.indexOf(1, pixel);
    const next = end < 0 ? valid.length : end;
    out.fill(0, pixel * bandCount, next * bandCount);
    pixel = next;
  }
}

/** Samples as they are, at the place where the window has them. */
function copy(
  source: RasterArray,
  cols: AxisWeights,
  rows: AxisWeights,
  out: Float32Array | Uint8Array,
  valid: Uint8Array,
  firstRow: number,
): void {
  const { bandCount, widthPx, data, valid: sourceValid } = source;
  const width = cols.first.length;
  const firstCol = cols.count.indexOf(1);
  for (let row = 0; row < rows.first.length; row++) {
    if (rows.count[row] === 0) continue;
    const from = ((rows.first[row] ?? 0) - rows.low) * widthPx;
    const to = (firstRow + row) * width + firstCol;
    out.set(data.subarray(from * bandCount, (from + widthPx) * bandCount), to * bandCount);
    valid.set(sourceValid.subarray(from, from + widthPx), to);
  }
}

/** Weighted means of valid samples, first along rows, then down columns; one row of sums at a time. */
function resample(source: RasterArray, cols: AxisWeights, rows: AxisWeights, out: Float32Array, valid: Uint8Array, firstRow: number): void {
  const { bandCount, widthPx: sourceWidth, data, valid: sourceValid } = source;
  const width = cols.first.length;
  const height = rows.first.length;
  const stride = bandCount + 1;
  // Per source row and target column: the bands' weighted sums and the weight that is valid.
  const narrowed = new Map<number, Float64Array>();
  const free: Float64Array[] = [];
  const total = new Float64Array(width * stride);
  for (let row = 0; row < height; row++) {
    const first = rows.first[row] ?? 0;
    const count = rows.count[row] ?? 0;
    const start = rows.start[row] ?? 0;
    for (const [key, buffer] of narrowed) {
      if (key >= first && key < first + count) continue;
      narrowed.delete(key);
      free.push(buffer);
    }
    total.fill(0);
    for (let i = 0; i < count; i++) {
      let line = narrowed.get(first + i);
      if (!line) {
        line = free.pop() ?? new Float64Array(width * stride);
        narrow(data, sourceValid, (first + i - rows.low) * sourceWidth, bandCount, cols, line);
        narrowed.set(first + i, line);
      }
      const weight = rows.weights[start + i] ?? 0;
      for (let j = 0; j < total.length; j++) total[j] = (total[j] ?? 0) + weight * (line[j] ?? 0);
    }
    for (let col = 0, t = 0; col < width; col++, t += stride) {
      const weight = total[t + bandCount] ?? 0;
      if (weight < 0.5 - 1e-9) continue;
      const pixel = (firstRow + row) * width + col;
      valid[pixel] = 1;
      for (let band = 0; band < bandCount; band++) out[pixel * bandCount + band] = (total[t + band] ?? 0) / weight;
    }
  }
}

function narrow(
  data: ArrayLike<number>,
  valid: Uint8Array,
  rowStart: number,
  bandCount: number,
  cols: AxisWeights,
  line: Float64Array,
): void {
  if (bandCount === 3) {
    narrowColours(data, valid, rowStart, cols, line);
    return;
  }
  const { first, count, start, weights, low } = cols;
  const stride = bandCount + 1;
  line.fill(0);
  for (let col = 0, t = 0; col < first.length; col++, t += stride) {
    const taps = count[col] ?? 0;
    const from = rowStart + (first[col] ?? 0) - low;
    const at = start[col] ?? 0;
    for (let i = 0; i < taps; i++) {
      if (valid[from + i] === 0) continue;
      const weight = weights[at + i] ?? 0;
      const pixel = (from + i) * bandCount;
      for (let band = 0; band < bandCount; band++) line[t + band] = (line[t + band] ?? 0) + weight * (data[pixel + band] ?? 0);
      line[t + bandCount] = (line[t + bandCount] ?? 0) + weight;
    }
  }
}

/** The same for three bands, the usual case, with sums in registers: three times as fast. */
function narrowColours(data: ArrayLike<number>, valid: Uint8Array, rowStart: number, cols: AxisWeights, line: Float64Array): void {
  const { first, count, start, weights, low } = cols;
  for (let col = 0, t = 0; col < first.length; col++, t += 4) {
    const taps = count[col] ?? 0;
    const at = start[col] ?? 0;
    let source = rowStart + (first[col] ?? 0) - low;
    let red = 0;
    let green = 0;
    let blue = 0;
    let total = 0;
    for (let i = 0; i < taps; i++, source++) {
      if (valid[source] === 0) continue;
      const weight = weights[at + i] ?? 0;
      const pixel = source * 3;
      red += weight * (data[pixel] ?? 0);
      green += weight * (data[pixel + 1] ?? 0);
      blue += weight * (data[pixel + 2] ?? 0);
      total += weight;
    }
    line[t] = red;
    line[t + 1] = green;
    line[t + 2] = blue;
    line[t + 3] = total;
  }
}
