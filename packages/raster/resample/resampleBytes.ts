import type { AxisWeights } from "./boxWeights.ts";
import { resampleKernel } from "./resampleKernel.ts";

/** Weights of either axis are whole numbers of this: a byte with both of them stays below 2^31. */
const axisBits = 11;
const AXIS_ONE = 1 << axisBits;
const BOTH_ONE = 1 << (2 * axisBits);

/** Bytes of a window, bands interleaved, and which of its pixels are measured. */
export interface BytesOfWindow {
  readonly data: Uint8Array;
  readonly valid: Uint8Array;
  readonly widthPx: number;
  readonly bandCount: number;
}

/**
 * Weighted means of valid bytes, rounded, as `readScaled` has them in floating point but in whole numbers: a difference of 1 at most. What
 * a pixel comes to depends on its own samples alone, whichever rows and columns are computed with it. Pixels that are not valid stay 0.
 * The inner loops are WebAssembly (resampleKernel.as): down the columns first, sixteen bytes at a time, then along the row.
 * @param firstRow row of `out` that rows' first target is
 */
export function resampleBytes(source: BytesOfWindow, cols: AxisWeights, rows: AxisWeights, out: BytesOfWindow, firstRow: number): void {
  const { bandCount, widthPx } = source;
  const width = cols.first.length;
  const colWeights = wholeWeights(cols);
  const rowWeights = wholeWeights(rows);
  const colSums = sumsOf(cols, colWeights);
  const partCols = Array.from(colSums.keys()).filter((col) => colSums[col] !== AXIS_ONE);
  const kernel = new RowKernel(cols, colWeights, widthPx, bandCount);
  const isWhole = wholeRows(source);
  for (let row = 0; row < rows.first.length; row++) {
    const start = rows.start[row] ?? 0;
    const count = rows.count[row] ?? 0;
    let rowSum = 0;
    let allWhole = true;
    for (let i = 0; i < count; i++) {
      rowSum += rowWeights[start + i] ?? 0;
      if (rowWeights[start + i] !== 0 && isWhole[(rows.first[row] ?? 0) + i - rows.low] === 0) allWhole = false;
    }
    if (rowSum === 0) continue;
    let isFirst = true;
    for (let i = 0; i < count; i++) {
      const weight = rowWeights[start + i] ?? 0;
      if (weight === 0) continue;
      const at = (rows.first[row] ?? 0) + i - rows.low;
      kernel.add(source, at, weight, isFirst, { marks: !allWhole, isWhole: isWhole[at] === 1 });
      isFirst = false;
    }
    const target = (firstRow + row) * width;
    const totals = kernel.finish(out.data, target * bandCount, !allWhole);
    if (allWhole && rowSum === AXIS_ONE) {
      out.valid.fill(1, target, target + width);
      for (const col of partCols) divide(kernel, rowSum * (colSums[col] ?? 0), out, target, col);
      continue;
    }
    for (let col = 0; col < width; col++) {
      const total = totals?.[col] ?? rowSum * (colSums[col] ?? 0);
      if (total === BOTH_ONE) out.valid[target + col] = 1;
      else divide(kernel, total, out, target, col);
    }
  }
}

/** 1 for every row of the source whose pixels are all valid. */
function wholeRows({ valid, widthPx }: BytesOfWindow): Uint8Array {
  const isWhole = new Uint8Array(valid.length / Math.max(1, widthPx)).fill(1);
  for (let at = valid.indexOf(0); at >= 0; ) {
    const row = Math.floor(at / widthPx);
    isWhole[row] = 0;
    at = valid.indexOf(0, (row + 1) * widthPx);
  }
  return isWhole;
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
    let sum = 0;
    for (let i = from; i < from + (count[t] ?? 0); i++) sum += whole[i] ?? 0;
    return sum;
  });
}

/** A pixel that is not covered whole: the mean over what is valid, if that is half of it. */
function divide(kernel: RowKernel, total: number, out: BytesOfWindow, target: number, col: number): void {
  const { bandCount } = out;
  const isValid = total * 2 >= BOTH_ONE;
  out.valid[target + col] = isValid ? 1 : 0;
  for (let band = 0, to = (target + col) * bandCount; band < bandCount; band++, to++)
    out.data[to] = isValid ? Math.floor((kernel.sum(col, band) + total / 2) / total) : 0;
}

/** Bytes that the kernel may read or write beyond what it is given. */
const SPARE = 64;
/** Bands that the kernel narrows at once. */
const AT_ONCE = 4;
const PAGE_BYTES = 65_536;

interface Kernel {
  addRow(row: number, count: number, weight: number, sums: number, isFirst: number): void;
  clearInvalid(row: number, valid: number, pixels: number, bandCount: number): void;
  narrowBands(...addresses: number[]): void;
  narrowOne(...addresses: number[]): void;
}

let started: { readonly memory: WebAssembly.Memory; readonly kernel: Kernel } | null = null;

function startKernel(): { readonly memory: WebAssembly.Memory; readonly kernel: Kernel } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(resampleKernel, "base64")), { env: { memory } });
  // What resampleKernel.as exports.
  return { memory, kernel: exports as unknown as Kernel };
}

/** Sums up rows of the source and narrows them to the target's columns, in the kernel's memory; nobody else uses that in between. */
class RowKernel {
  readonly #kernel: Kernel;
  readonly #memory: Uint8Array;
  readonly #at: Readonly<Record<"first" | "count" | "start" | "weights" | "row" | "valid" | "sums" | "marks" | "totals" | "out", number>>;
  readonly #markTotals: Int32Array;
  readonly #totals: Int32Array;

  constructor(
    private readonly cols: AxisWeights,
    colWeights: Int32Array,
    private readonly sourceWidth: number,
    private readonly bandCount: number,
  ) {
    started ??= startKernel();
    const { memory, kernel } = started;
    const width = cols.first.length;
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end += Math.ceil((bytes + SPARE) / 16) * 16;
      return at;
    };
    const groups = Math.ceil(bandCount / AT_ONCE);
    const at = {
      first: place(4 * width),
      count: place(4 * width),
      start: place(4 * width),
      weights: place(4 * colWeights.length),
      row: place(sourceWidth * bandCount),
      valid: place(sourceWidth),
      sums: place(4 * sourceWidth * bandCount),
      marks: place(4 * sourceWidth),
      totals: place(4 * width * (AT_ONCE * groups + 1)),
      out: place(width * bandCount),
    };
    if (end > memory.buffer.byteLength) memory.grow(Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES));
    this.#kernel = kernel;
    this.#memory = new Uint8Array(memory.buffer);
    this.#at = at;
    this.#totals = new Int32Array(memory.buffer, at.totals, width * AT_ONCE * groups);
    this.#markTotals = new Int32Array(memory.buffer, at.totals + 4 * width * AT_ONCE * groups, width);
    new Int32Array(memory.buffer, at.first, width).set(cols.first);
    new Int32Array(memory.buffer, at.count, width).set(cols.count);
    new Int32Array(memory.buffer, at.start, width).set(cols.start);
    new Int32Array(memory.buffer, at.weights, colWeights.length).set(colWeights);
  }

  /** @param about whether which pixels are valid is summed up as well, and whether all of this row are */
  add({ data, valid }: BytesOfWindow, row: number, weight: number, isFirst: boolean, about: { marks: boolean; isWhole: boolean }): void {
    const { sourceWidth, bandCount } = this;
    const at = this.#at;
    this.#memory.set(data.subarray(row * sourceWidth * bandCount, (row + 1) * sourceWidth * bandCount), at.row);
    if (about.marks) {
      this.#memory.set(valid.subarray(row * sourceWidth, (row + 1) * sourceWidth), at.valid);
      if (!about.isWhole) this.#kernel.clearInvalid(at.row, at.valid, sourceWidth, bandCount);
      this.#kernel.addRow(at.valid, sourceWidth, weight, at.marks, Number(isFirst));
    }
    this.#kernel.addRow(at.row, sourceWidth * bandCount, weight, at.sums, Number(isFirst));
  }

  /**
   * The row as bytes, right where all weights are there.
   * @returns per column the weight that is valid, until the next row is added; null where that was not asked for
   */
  finish(out: Uint8Array, offset: number, marks: boolean): Int32Array | null {
    const { first, count, start, weights, sums, totals, marks: markSums, out: bytes } = this.#at;
    const { low } = this.cols;
    const width = this.cols.first.length;
    // What the last bands write beyond a pixel is written over by the first.
    for (let band = AT_ONCE * (Math.ceil(this.bandCount / AT_ONCE) - 1); band >= 0; band -= AT_ONCE) {
      const into = totals + 4 * band * width;
      this.#kernel.narrowBands(sums + 4 * band, this.bandCount, width, low, first, count, start, weights, into, bytes + band);
    }
    out.set(this.#memory.subarray(bytes, bytes + width * this.bandCount), offset);
    if (!marks) return null;
    this.#kernel.narrowOne(markSums, width, low, first, count, start, weights, this.#markTotals.byteOffset);
    return this.#markTotals;
  }

  /** The weighted sum of a band at a column of the row just finished. */
  sum(col: number, band: number): number {
    const group = band - (band % AT_ONCE);
    return this.#totals[group * this.cols.first.length + col * AT_ONCE + (band - group)] ?? 0;
  }
}
