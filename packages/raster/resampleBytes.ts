import type { AxisWeights } from "./boxWeights.ts";

/** Weights of either axis are whole numbers of this: a byte with both of them stays below 2^31. */
const axisBits = 11;
const AXIS_ONE = 1 << axisBits;
const bothBits = 2 * axisBits;
const BOTH_ONE = 1 << bothBits;

/** Bytes of a window, bands interleaved, and which of its pixels are measured. */
export interface BytesOfWindow {
  readonly data: Uint8Array;
  readonly valid: Uint8Array;
  readonly widthPx: number;
  readonly bandCount: number;
}

/** One source row, narrowed to the target's columns: weighted sums per band, and per column the weight that is valid. */
interface NarrowRow {
  row: number;
  readonly sums: Int32Array;
  readonly weight: Int32Array;
  /** Every source pixel is valid: `weight` is what the columns have anyway and is not filled in. */
  isWhole: boolean;
}

/**
 * Weighted means of valid bytes, rounded, as `readScaled` has them in floating point but in whole numbers: a difference of 1 at most. What
 * a pixel comes to depends on its own samples alone, whichever rows and columns are computed with it. Pixels that are not valid stay 0.
 * @param firstRow row of `out` that rows' first target is
 */
export function resampleBytes(source: BytesOfWindow, cols: AxisWeights, rows: AxisWeights, out: BytesOfWindow, firstRow: number): void {
  const { bandCount } = source;
  const width = cols.first.length;
  const colWeights = wholeWeights(cols);
  const rowWeights = wholeWeights(rows);
  const colSums = sumsOf(cols, colWeights);
  const partCols = Array.from(colSums.keys()).filter((col) => colSums[col] !== AXIS_ONE);
  const most = rows.count.reduce((a, b) => Math.max(a, b), 1);
  // Slot by source row: those of one target row follow each other, so that none of them share a slot.
  const ring: NarrowRow[] = Array.from({ length: most }, () => ({
    row: -1,
    sums: new Int32Array(width * bandCount),
    weight: new Int32Array(width),
    isWhole: true,
  }));
  for (let row = 0; row < rows.first.length; row++) {
    const first = rows.first[row] ?? 0;
    const start = rows.start[row] ?? 0;
    const taps: NarrowRow[] = [];
    const weights: number[] = [];
    for (let i = 0; i < (rows.count[row] ?? 0); i++) {
      const weight = rowWeights[start + i] ?? 0;
      const slot = ring[(first + i) % most];
      if (weight === 0 || !slot) continue;
      if (slot.row !== first + i) narrow(source, first + i, rows.low, cols, colWeights, slot);
      taps.push(slot);
      weights.push(weight);
    }
    const rowSum = weights.reduce((sum, weight) => sum + weight, 0);
    const target = (firstRow + row) * width;
    if (rowSum === AXIS_ONE) {
      const end = (target + width) * bandCount;
      mix(taps, weights, out.data.subarray(target * bandCount, end));
      out.valid.fill(1, target, target + width);
      for (const col of partCols) divide(taps, weights, colSums, out, target, col, bandCount);
      for (const { isWhole, weight } of taps) {
        if (isWhole) continue;
        for (let col = 0; col < width; col++) if (weight[col] !== AXIS_ONE) divide(taps, weights, colSums, out, target, col, bandCount);
      }
    } else if (taps.length > 0) {
      for (let col = 0; col < width; col++) divide(taps, weights, colSums, out, target, col, bandCount);
    }
  }
}

/** Whole numbers that add up to what the weights of a target add up to: the rounding of one is made up for by the next. */
function wholeWeights({ first, count, start, weights }: AxisWeights): Int32Array {
  const whole = new Int32Array(weights.length);
  for (let t = 0; t < first.length; t++) {
    const from = start[t] ?? 0;
    let sum = 0;
    let before = 0;
    for (let i = from; i < from + (count[t] ?? 0); i++) {
      sum += weights[i] ?? 0;
      const now = Math.round(sum * AXIS_ONE);
      whole[i] = now - before;
      before = now;
    }
  }
  return whole;
}

function sumsOf({ first, count, start }: AxisWeights, whole: Int32Array): Int32Array {
  return Int32Array.from(first, (_, t) => {
    const from = start[t] ?? 0;
    return whole.subarray(from, from + (count[t] ?? 0)).reduce((sum, weight) => sum + weight, 0);
  });
}

function narrow(source: BytesOfWindow, row: number, low: number, cols: AxisWeights, weights: Int32Array, into: NarrowRow): void {
  const { data, valid, widthPx, bandCount } = source;
  const from = (row - low) * widthPx;
  into.row = row;
  into.isWhole = !valid.subarray(from, from + widthPx).includes(0);
  if (!into.isWhole && bandCount === 3) narrowValidColours(data, valid, from, cols, weights, into);
  else if (!into.isWhole) narrowValid(source, from, cols, weights, into);
  else if (bandCount === 3) narrowColours(data, from, cols, weights, into.sums);
  else narrowBands(data, from, bandCount, cols, weights, into.sums);
}

/** Three bands, the usual case, with sums in registers. */
function narrowColours(data: Uint8Array, from: number, cols: AxisWeights, weights: Int32Array, sums: Int32Array): void {
  const { first, count, start, low } = cols;
  const width = first.length;
  for (let col = 0, to = 0; col < width; col++, to += 3) {
    let tap = start[col] ?? 0;
    const end = tap + (count[col] ?? 0);
    let pixel = (from + (first[col] ?? 0) - low) * 3;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (; tap < end; tap++, pixel += 3) {
      const weight = weights[tap] ?? 0;
      red = (red + Math.imul(weight, data[pixel] ?? 0)) | 0;
      green = (green + Math.imul(weight, data[pixel + 1] ?? 0)) | 0;
      blue = (blue + Math.imul(weight, data[pixel + 2] ?? 0)) | 0;
    }
    sums[to] = red;
    sums[to + 1] = green;
    sums[to + 2] = blue;
  }
}

function narrowValidColours(
  data: Uint8Array,
  valid: Uint8Array,
  from: number,
  cols: AxisWeights,
  weights: Int32Array,
  { sums, weight: totals }: NarrowRow,
): void {
  const { first, count, start, low } = cols;
  const width = first.length;
  for (let col = 0, to = 0; col < width; col++, to += 3) {
    let tap = start[col] ?? 0;
    const end = tap + (count[col] ?? 0);
    let source = from + (first[col] ?? 0) - low;
    let pixel = source * 3;
    let red = 0;
    let green = 0;
    let blue = 0;
    let total = 0;
    for (; tap < end; tap++, source++, pixel += 3) {
      if (valid[source] === 0) continue;
      const weight = weights[tap] ?? 0;
      red = (red + Math.imul(weight, data[pixel] ?? 0)) | 0;
      green = (green + Math.imul(weight, data[pixel + 1] ?? 0)) | 0;
      blue = (blue + Math.imul(weight, data[pixel + 2] ?? 0)) | 0;
      total += weight;
    }
    sums[to] = red;
    sums[to + 1] = green;
    sums[to + 2] = blue;
    totals[col] = total;
  }
}

function narrowBands(data: Uint8Array, from: number, bandCount: number, cols: AxisWeights, weights: Int32Array, sums: Int32Array): void {
  const { first, count, start, low } = cols;
  for (let col = 0; col < first.length; col++) {
    const at = start[col] ?? 0;
    const pixel = (from + (first[col] ?? 0) - low) * bandCount;
    for (let band = 0; band < bandCount; band++) {
      let sum = 0;
      for (let i = 0; i < (count[col] ?? 0); i++) sum += Math.imul(weights[at + i] ?? 0, data[pixel + i * bandCount + band] ?? 0);
      sums[col * bandCount + band] = sum;
    }
  }
}

function narrowValid(
  { data, valid, bandCount }: BytesOfWindow,
  from: number,
  cols: AxisWeights,
  weights: Int32Array,
  into: NarrowRow,
): void {
  const { first, count, start, low } = cols;
  into.sums.fill(0);
  for (let col = 0; col < first.length; col++) {
    const at = start[col] ?? 0;
    const source = from + (first[col] ?? 0) - low;
    let total = 0;
    for (let i = 0; i < (count[col] ?? 0); i++) {
      if (valid[source + i] === 0) continue;
      const weight = weights[at + i] ?? 0;
      total += weight;
      for (let band = 0, to = col * bandCount, pixel = (source + i) * bandCount; band < bandCount; band++, to++, pixel++)
        into.sums[to] = (into.sums[to] ?? 0) + Math.imul(weight, data[pixel] ?? 0);
    }
    into.weight[col] = total;
  }
}

/** Rows whose weights are full together: no division where their columns are full as well. */
function mix(taps: readonly NarrowRow[], weights: readonly number[], out: Uint8Array): void {
  const [a, b, c] = taps;
  const [p = 0, q = 0, r = 0] = weights;
  const half = BOTH_ONE / 2;
  if (taps.length === 1 && a) mixOne(a.sums, p, out);
  else if (taps.length === 2 && a && b) mixTwo(a.sums, p, b.sums, q, out);
  else if (taps.length === 3 && a && b && c) mixThree(a.sums, p, b.sums, q, c.sums, r, out);
  else {
    for (let i = 0; i < out.length; i++) {
      let sum = half;
      for (let k = 0; k < taps.length; k++) sum = (sum + Math.imul(weights[k] ?? 0, taps[k]?.sums[i] ?? 0)) | 0;
      out[i] = sum >> bothBits;
    }
  }
}

function mixOne(a: Int32Array, p: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) out[i] = (Math.imul(p, a[i] ?? 0) + BOTH_ONE / 2) >> bothBits;
}

function mixTwo(a: Int32Array, p: number, b: Int32Array, q: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = (Math.imul(p, a[i] ?? 0) + Math.imul(q, b[i] ?? 0) + BOTH_ONE / 2) >> bothBits;
  }
}

function mixThree(a: Int32Array, p: number, b: Int32Array, q: number, c: Int32Array, r: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = (Math.imul(p, a[i] ?? 0) + Math.imul(q, b[i] ?? 0) + Math.imul(r, c[i] ?? 0) + BOTH_ONE / 2) >> bothBits;
  }
}

/** A pixel that is not covered whole: the mean over what is valid, if that is half of it. */
function divide(
  taps: readonly NarrowRow[],
  weights: readonly number[],
  colSums: Int32Array,
  out: BytesOfWindow,
  target: number,
  col: number,
  bandCount: number,
): void {
  let total = 0;
  for (let k = 0; k < taps.length; k++) {
    const tap = taps[k];
    if (tap) total += (weights[k] ?? 0) * ((tap.isWhole ? colSums[col] : tap.weight[col]) ?? 0);
  }
  const isValid = total * 2 >= BOTH_ONE;
  out.valid[target + col] = isValid ? 1 : 0;
  if (!isValid) {
    for (let i = (target + col) * bandCount; i < (target + col + 1) * bandCount; i++) out.data[i] = 0;
    return;
  }
  for (let band = 0; band < bandCount; band++) {
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += (weights[k] ?? 0) * (taps[k]?.sums[col * bandCount + band] ?? 0);
    out.data[(target + col) * bandCount + band] = Math.floor((sum + total / 2) / total);
  }
}
