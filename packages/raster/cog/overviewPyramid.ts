import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";
import { averageByteRow, averageWideRow } from "./averageRow.ts";

export type OverviewResampling = "average" | "nearest";

export interface LevelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Full resolution first, then halved (rounded up) until neither side is longer than `smallestPx`. */
export function pyramidSizes(widthPx: number, heightPx: number, smallestPx: number): LevelSize[] {
  const sizes: LevelSize[] = [{ widthPx, heightPx }];
  let size: LevelSize = { widthPx, heightPx };
  while (Math.max(size.widthPx, size.heightPx) > smallestPx) {
    size = { widthPx: Math.ceil(size.widthPx / 2), heightPx: Math.ceil(size.heightPx / 2) };
    sizes.push(size);
  }
  return sizes;
}

/** How many rows of the level below can be made once the first `rows` of `source` are there. */
export function rowsBelow(rows: number, source: LevelSize, target: LevelSize): number {
  return rows >= source.heightPx ? target.heightPx : Math.min(target.heightPx, Math.floor(rows / 2));
}

/** Rows in memory; `firstRow` is the level's row that `data` begins with. */
export interface RowBuffer {
  readonly data: Samples;
  /** One byte per pixel. */
  readonly valid: Uint8Array;
  readonly firstRow: number;
}

export interface Halving {
  readonly source: LevelSize;
  readonly target: LevelSize;
  readonly bandCount: number;
  readonly sampleType: SampleType;
  readonly nodata: number | null;
  readonly resampling: OverviewResampling;
}

/** Target pixels to be made: the rectangle [colOff, colEnd) × [rowOff, rowEnd) of the target level. */
export interface HalvingPart {
  readonly colOff: number;
  readonly colEnd: number;
  readonly rowOff: number;
  readonly rowEnd: number;
}

/** For each target pixel of one axis the first source pixel it covers, and how much of it and of the next two. */
interface AxisPlan {
  readonly first: Int32Array;
  readonly weights: Float64Array;
  /** The weights as whole numbers whose sum is 2^FIXED_BITS. */
  readonly fixed: Int32Array;
  /** Every target pixel covers two source pixels whole. */
  readonly isEven: boolean;
}

/** With 8 bits of a sample, twice as many stay below 2^31. */
const FIXED_BITS = 11;

const plans = new Map<string, AxisPlan>();
const PLANS_KEPT = 64;

function planAxis(sourcePx: number, targetPx: number): AxisPlan {
  const key = `${sourcePx} ${targetPx}`;
  const known = plans.get(key);
  if (known !== undefined) return known;
  const ratio = sourcePx / targetPx;
  const first = new Int32Array(targetPx);
  const weights = new Float64Array(targetPx * 3);
  for (let i = 0; i < targetPx; i++) {
    const from = i * ratio;
    const to = (i + 1) * ratio;
    const start = Math.floor(from + 1e-9);
    first[i] = start;
    for (let k = 0; k < 3; k++) {
      const overlap = Math.min(to, start + k + 1) - Math.max(from, start + k);
      if (start + k < sourcePx && overlap > 1e-9) weights[i * 3 + k] = overlap;
    }
  }
  const fixed = Int32Array.from(weights, (weight) => Math.round((weight / ratio) * 2 ** FIXED_BITS));
  // Rounding must not make a white image grey: the middle one takes what is missing.
  for (let i = 0; i < targetPx; i++) {
    const sum = (fixed[i * 3] ?? 0) + (fixed[i * 3 + 1] ?? 0) + (fixed[i * 3 + 2] ?? 0);
    const largest = (weights[i * 3 + 1] ?? 0) > 0 ? i * 3 + 1 : i * 3;
    fixed[largest] = (fixed[largest] ?? 0) + 2 ** FIXED_BITS - sum;
  }
  const plan = { first, weights, fixed, isEven: ratio === 2 };
  if (plans.size >= PLANS_KEPT) plans.clear();
  plans.set(key, plan);
  return plan;
}

/** Columns looked at together: all valid or all empty ones need no look at each pixel. */
const RUN_PX = 512;
/** And where some are valid and some are not. */
const MIXED_RUN_PX = 32;

/**
 * Makes part of one level of a pyramid from rows of the level above. "average": target pixels are the mean of the valid source pixels
 * they cover, weighted by overlap (odd sizes do not halve evenly), rounded half up, as GDAL's AVERAGE; a pixel is valid when any of its
 * sources is. "nearest": each target pixel is one source pixel, for classes, whose mean means nothing.
 * `from` must hold every source row that the part covers (see `rowsBelow`; one row before the newest half is enough).
 * @returns whether every pixel made is valid
 */
export function halveRows(halving: Halving, part: HalvingPart, from: RowBuffer, to: RowBuffer): boolean {
  return halving.resampling === "nearest" ? pickPixels(halving, part, from, to) : averagePixels(halving, part, from, to);
}

function averagePixels(halving: Halving, part: HalvingPart, from: RowBuffer, to: RowBuffer): boolean {
  const { source, target, bandCount, sampleType } = halving;
  const cols = planAxis(source.widthPx, target.widthPx);
  const rows = planAxis(source.heightPx, target.heightPx);
  // Sums of four of the wider integers would not fit into 32 bits.
  const addsUp = sampleType !== "uint32" && sampleType !== "int32";
  const sums = new Float64Array((RUN_PX * 2 + 4) * bandCount);
  let allValid = true;
  for (let row = part.rowOff; row < part.rowEnd; row++) {
    const span = rowSpan(rows, row, from.firstRow);
    const targetAt = (row - to.firstRow) * target.widthPx;
    for (let colOff = part.colOff, wholeTo = colOff; colOff < part.colEnd; ) {
      // A long run that is mixed is looked at again in short ones.
      const isShort = colOff < wholeTo;
      const colEnd = Math.min(isShort ? wholeTo : part.colEnd, colOff + (isShort ? MIXED_RUN_PX : RUN_PX));
      const run: Run = { colOff, colEnd, targetAt, span };
      const holding = whatHolds(halving, cols, run, from.valid);
      if (holding === "mixed" && !isShort) {
        wholeTo = colEnd;
        continue;
      }
      if (holding === "mixed") averageMasked(halving, cols, run, from, to);
      else if (holding === "empty") fillEmpty(halving, run, to);
      else {
        to.valid.fill(1, run.targetAt + colOff, run.targetAt + colEnd);
        if (addsUp && cols.isEven && rows.isEven) averageFours(halving, run, from.data, to.data);
        else if (from.data instanceof Uint8Array) averageBytes(halving, cols, rows, row, run, from.data, to.data);
        else if (from.data instanceof Uint16Array || from.data instanceof Int16Array || from.data instanceof Float32Array)
          averageWide(halving, cols, run, from.data, to.data);
        else averageWeighted(halving, cols, run, from.data, to.data, sums);
      }
      if (holding === "empty") allValid = false;
      else if (holding === "mixed" && allValid) {
        allValid = to.valid.subarray(run.targetAt + colOff, run.targetAt + colEnd).indexOf(0) === -1;
      }
      colOff = colEnd;
    }
  }
  return allValid;
}

/** Source rows of one target row: index of the first within the buffer, and the weights of it and the next two. */
interface RowSpan {
  readonly first: number;
  readonly weights: readonly [number, number, number];
}

/** Target columns of one row. `targetAt` is the index of the row's first pixel. */
interface Run {
  readonly colOff: number;
  readonly colEnd: number;
  readonly targetAt: number;
  readonly span: RowSpan;
}

function rowSpan(plan: AxisPlan, row: number, firstRow: number): RowSpan {
  const at = row * 3;
  return {
    first: (plan.first[row] ?? 0) - firstRow,
    weights: [plan.weights[at] ?? 0, plan.weights[at + 1] ?? 0, plan.weights[at + 2] ?? 0],
  };
}

/** The source columns that a run covers. */
function sourceColumns(cols: AxisPlan, { colOff, colEnd }: Run): { start: number; end: number } {
  const last = colEnd - 1;
  let reach = 1;
  for (let k = 1; k < 3; k++) if ((cols.weights[last * 3 + k] ?? 0) > 0) reach = k + 1;
  return { start: cols.first[colOff] ?? 0, end: (cols.first[last] ?? 0) + reach };
}

function whatHolds({ source }: Halving, cols: AxisPlan, run: Run, valid: Uint8Array): "full" | "empty" | "mixed" {
  const { start, end } = sourceColumns(cols, run);
  let someValid = false;
  let someNot = false;
  for (let k = 0; k < 3; k++) {
    if (run.span.weights[k] === 0) continue;
    const at = (run.span.first + k) * source.widthPx;
    const pixels = valid.subarray(at + start, at + end);
    if (pixels.indexOf(0) !== -1) someNot = true;
    if (pixels.indexOf(1) !== -1) someValid = true;
  }
  return someNot ? (someValid ? "mixed" : "empty") : "full";
}

function fillEmpty({ bandCount, nodata }: Halving, { colOff, colEnd, targetAt }: Run, to: RowBuffer): void {
  to.valid.fill(0, targetAt + colOff, targetAt + colEnd);
  to.data.fill(nodata ?? 0, (targetAt + colOff) * bandCount, (targetAt + colEnd) * bandCount);
}

/** A mean that happens to equal nodata would vanish: it moves by one, as GDAL does. */
function avoidNodata(value: number, nodata: number | null, sampleType: SampleType): number {
  if (value !== nodata) return value;
  return sampleType === "uint8" && value === 255 ? 254 : value + 1;
}

/** The common case: two rows and two columns, all valid. */
function averageFours({ source, bandCount, nodata, sampleType }: Halving, run: Run, from: Samples, to: Samples): void {
  const rowSamples = source.widthPx * bandCount;
  let write = (run.targetAt + run.colOff) * bandCount;
  let read = run.span.first * rowSamples + run.colOff * 2 * bandCount;
  const start = write;
  const isFloat = sampleType === "float32" || sampleType === "float64";
  for (let col = run.colOff; isFloat && col < run.colEnd; col++) {
    for (let band = 0; band < bandCount; band++) {
      const upper = (from[read] ?? 0) + (from[read + bandCount] ?? 0);
      to[write++] = (upper + (from[read + rowSamples] ?? 0) + (from[read + rowSamples + bandCount] ?? 0)) / 4;
      read++;
    }
    read += bandCount;
  }
  for (let col = run.colOff; !isFloat && col < run.colEnd; col++) {
    for (let band = 0; band < bandCount; band++) {
      const upper = (from[read] ?? 0) + (from[read + bandCount] ?? 0);
      const lower = (from[read + rowSamples] ?? 0) + (from[read + rowSamples + bandCount] ?? 0);
      to[write++] = (upper + lower + 2) >> 2;
      read++;
    }
    read += bandCount;
  }
  if (nodata === null) return;
  for (let i = start; i < write; i++) if (to[i] === nodata) to[i] = avoidNodata(nodata, nodata, sampleType);
}

/** Bytes of any weights, all valid, in whole numbers. */
function averageBytes(
  { source, bandCount, nodata }: Halving,
  cols: AxisPlan,
  rows: AxisPlan,
  row: number,
  run: Run,
  from: Uint8Array,
  to: Samples,
): void {
  const rowSamples = source.widthPx * bandCount;
  const { start, end } = sourceColumns(cols, run);
  const at = run.span.first * rowSamples + start * bandCount;
  const means = averageByteRow(
    from,
    {
      at: [at, at + rowSamples, at + 2 * rowSamples],
      weights: [rows.fixed[row * 3] ?? 0, rows.fixed[row * 3 + 1] ?? 0, rows.fixed[row * 3 + 2] ?? 0],
      length: (end - start) * bandCount,
    },
    { firsts: cols.first.subarray(run.colOff, run.colEnd), weights: cols.fixed.subarray(run.colOff * 3, run.colEnd * 3), start },
    bandCount,
    nodata !== null && nodata >= 0 && nodata <= 255 && Number.isInteger(nodata) ? nodata : null,
  );
  to.set(means, (run.targetAt + run.colOff) * bandCount);
}

/** The same of 16-bit and floating-point samples. */
function averageWide(
  { source, bandCount, nodata }: Halving,
  cols: AxisPlan,
  run: Run,
  from: Uint16Array | Int16Array | Float32Array,
  to: Samples,
): void {
  const rowSamples = source.widthPx * bandCount;
  const { start, end } = sourceColumns(cols, run);
  const at = run.span.first * rowSamples + start * bandCount;
  const means = averageWideRow(
    from,
    { at: [at, at + rowSamples, at + 2 * rowSamples], weights: run.span.weights, length: (end - start) * bandCount },
    { firsts: cols.first.subarray(run.colOff, run.colEnd), weights: cols.weights.subarray(run.colOff * 3, run.colEnd * 3), start },
    bandCount,
    nodata,
  );
  to.set(means, (run.targetAt + run.colOff) * bandCount);
}

/** All valid, any weights: first down, then across. */
function averageWeighted(halving: Halving, cols: AxisPlan, run: Run, from: Samples, to: Samples, sums: Float64Array): void {
  const { source, bandCount, sampleType, nodata } = halving;
  const isFloat = sampleType === "float32" || sampleType === "float64";
  const rowSamples = source.widthPx * bandCount;
  const { start, end } = sourceColumns(cols, run);
  const [w0, w1, w2] = run.span.weights;
  const at = run.span.first * rowSamples + start * bandCount;
  const length = (end - start) * bandCount;
  // A row of no weight may lie outside the buffer.
  const at1 = w1 > 0 ? at + rowSamples : at;
  const at2 = w2 > 0 ? at + 2 * rowSamples : at;
  if (w2 > 0) {
    for (let i = 0; i < length; i++) sums[i] = w0 * (from[at + i] ?? 0) + w1 * (from[at1 + i] ?? 0) + w2 * (from[at2 + i] ?? 0);
  } else {
    for (let i = 0; i < length; i++) sums[i] = w0 * (from[at + i] ?? 0) + w1 * (from[at1 + i] ?? 0);
  }
  sums.fill(0, length, length + 2 * bandCount);
  const perRow = 1 / (w0 + w1 + w2);
  let write = (run.targetAt + run.colOff) * bandCount;
  for (let col = run.colOff; col < run.colEnd; col++) {
    const c0 = cols.weights[col * 3] ?? 0;
    const c1 = cols.weights[col * 3 + 1] ?? 0;
    const c2 = cols.weights[col * 3 + 2] ?? 0;
    const per = perRow / (c0 + c1 + c2);
    let read = ((cols.first[col] ?? 0) - start) * bandCount;
    for (let band = 0; band < bandCount; band++, read++) {
      const mean = (c0 * (sums[read] ?? 0) + c1 * (sums[read + bandCount] ?? 0) + c2 * (sums[read + 2 * bandCount] ?? 0)) * per;
      // Sums carry rounding of their own: without the nudge 12.5 could land on either side.
      const value = isFloat ? mean : Math.floor(mean + 0.5 + 1e-9);
      to[write++] = value === nodata ? avoidNodata(value, nodata, sampleType) : value;
    }
  }
}

function averageMasked(halving: Halving, cols: AxisPlan, run: Run, from: RowBuffer, to: RowBuffer): void {
  const { source, bandCount, sampleType, nodata } = halving;
  const isFloat = sampleType === "float32" || sampleType === "float64";
  const sums = new Float64Array(bandCount);
  for (let col = run.colOff; col < run.colEnd; col++) {
    let share = 0;
    sums.fill(0);
    const first = cols.first[col] ?? 0;
    for (let down = 0; down < 3; down++) {
      const rowShare = run.span.weights[down] ?? 0;
      if (rowShare === 0) continue;
      const at = (run.span.first + down) * source.widthPx + first;
      for (let across = 0; across < 3; across++) {
        const weight = rowShare * (cols.weights[col * 3 + across] ?? 0);
        if (weight === 0 || from.valid[at + across] === 0) continue;
        share += weight;
        const read = (at + across) * bandCount;
        for (let band = 0; band < bandCount; band++) sums[band] = (sums[band] ?? 0) + weight * (from.data[read + band] ?? 0);
      }
    }
    const pixel = run.targetAt + col;
    to.valid[pixel] = share > 0 ? 1 : 0;
    for (let band = 0; band < bandCount; band++) {
      if (share === 0) {
        to.data[pixel * bandCount + band] = nodata ?? 0;
        continue;
      }
      const mean = (sums[band] ?? 0) / share;
      to.data[pixel * bandCount + band] = avoidNodata(isFloat ? mean : Math.floor(mean + 0.5 + 1e-9), nodata, sampleType);
    }
  }
}

function pickPixels({ source, target, bandCount }: Halving, part: HalvingPart, from: RowBuffer, to: RowBuffer): boolean {
  const colRatio = source.widthPx / target.widthPx;
  const rowRatio = source.heightPx / target.heightPx;
  let allValid = true;
  for (let row = part.rowOff; row < part.rowEnd; row++) {
    const sourceRow = Math.min(source.heightPx - 1, Math.floor(row * rowRatio + 0.5));
    const readAt = (sourceRow - from.firstRow) * source.widthPx;
    const writeAt = (row - to.firstRow) * target.widthPx;
    for (let col = part.colOff; col < part.colEnd; col++) {
      const read = readAt + Math.min(source.widthPx - 1, Math.floor(col * colRatio + 0.5));
      const valid = from.valid[read] ?? 0;
      if (valid === 0) allValid = false;
      to.valid[writeAt + col] = valid;
      for (let band = 0; band < bandCount; band++) to.data[(writeAt + col) * bandCount + band] = from.data[read * bandCount + band] ?? 0;
    }
  }
  return allValid;
}
