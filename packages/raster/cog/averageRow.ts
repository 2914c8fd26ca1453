import { halvingKernel } from "./halvingKernel.ts";

/** What halvingKernel.as exports; addresses are bytes of its memory. */
interface Kernel {
  addRows(first: number, second: number, third: number, length: number, w0: number, w1: number, w2: number, sums: number): void;
  addColumns(
    sums: number,
    firsts: number,
    weights: number,
    count: number,
    start: number,
    bandCount: number,
    nodata: number,
    out: number,
  ): void;
  addWideRows(
    kind: number,
    first: number,
    second: number,
    third: number,
    length: number,
    w0: number,
    w1: number,
    w2: number,
    sums: number,
  ): void;
  addWideColumns(
    kind: number,
    sums: number,
    firsts: number,
    weights: number,
    count: number,
    start: number,
    bandCount: number,
    perRow: number,
    nodata: number,
    out: number,
  ): void;
}

/** Rows of a source and what they weigh in one target row. */
export interface WeighedRows {
  /** Index of the first sample in each row; a row of no weight is not looked at. */
  readonly at: readonly [number, number, number];
  readonly weights: readonly [number, number, number];
  /** Samples of each row. */
  readonly length: number;
}

/** Target columns: the first source column of each, and what it and the next two weigh. */
export interface WeighedColumns<Weights> {
  readonly firsts: Int32Array;
  readonly weights: Weights;
  /** Source column of the rows' first pixel. */
  readonly start: number;
}

type WideSamples = Uint16Array | Int16Array | Float32Array;

const pageBytes = 65_536;
/** What the kernel may read or write beyond. */
const spareBytes = 64;
const rowsAt = 1024;

interface Started {
  readonly memory: WebAssembly.Memory;
  readonly kernel: Kernel;
  bytes: Uint8Array;
}

let started: Started | null = null;

function start(): Started {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(halvingKernel, "base64")), { env: { memory } });
  return { memory, kernel: exports as unknown as Kernel, bytes: new Uint8Array(memory.buffer) };
}

const aligned = (at: number): number => Math.ceil(at / 16) * 16;

/** Lays rows, first columns and weights into the kernel's memory. */
function layOut(
  from: Uint8Array | WideSamples,
  { at, weights: down, length }: WeighedRows,
  { firsts, weights: across }: WeighedColumns<Int32Array | Float64Array>,
  bandCount: number,
) {
  started ??= start();
  const sampleBytes = from.BYTES_PER_ELEMENT;
  const sumBytes = across.BYTES_PER_ELEMENT;
  const count = firsts.length;
  const rowBytes = aligned(length * sampleBytes + spareBytes);
  const firstsAt = rowsAt + 3 * rowBytes;
  const weightsAt = firstsAt + aligned(4 * count);
  const sumsAt = weightsAt + aligned(3 * sumBytes * count);
  // Two further columns may be read, of no weight.
  const outAt = sumsAt + aligned(sumBytes * (length + 2 * bandCount + spareBytes));
  const outBytes = count * bandCount * sampleBytes;
  const missing = outAt + outBytes + spareBytes - started.memory.buffer.byteLength;
  if (missing > 0) {
    started.memory.grow(Math.ceil(missing / pageBytes));
    started.bytes = new Uint8Array(started.memory.buffer);
  }
  const { bytes, kernel } = started;
  const copy = (array: Uint8Array | Int32Array | Float64Array | WideSamples, to: number): void =>
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), to);
  for (const k of [0, 1, 2] as const) if (k === 0 || down[k] > 0) copy(from.subarray(at[k], at[k] + length), rowsAt + k * rowBytes);
  copy(firsts, firstsAt);
  copy(across, weightsAt);
  const rows = ([0, 1, 2] as const).map((k) => rowsAt + (down[k] > 0 ? k : 0) * rowBytes);
  return { kernel, bytes, rows: rows as [number, number, number], firstsAt, weightsAt, sumsAt, outAt, outBytes, count };
}

/**
 * One row of an overview of bytes: means of up to three rows by three columns, weighed, rounded half up; by halvingKernel.as. Weights are
 * whole numbers, 2048 in all down and across.
 * @param nodata a mean that equals it moves by one
 * @returns bands of the target columns, until the next call
 */
export function averageByteRow(
  from: Uint8Array,
  weighed: WeighedRows,
  columns: WeighedColumns<Int32Array>,
  bandCount: number,
  nodata: number | null,
): Uint8Array {
  const { kernel, bytes, rows, firstsAt, weightsAt, sumsAt, outAt, outBytes, count } = layOut(from, weighed, columns, bandCount);
  kernel.addRows(...rows, weighed.length, ...weighed.weights, sumsAt);
  kernel.addColumns(sumsAt, firstsAt, weightsAt, count, columns.start, bandCount, nodata ?? -1, outAt);
  return bytes.subarray(outAt, outAt + outBytes);
}

const wideKinds = { Uint16Array: 0, Int16Array: 1, Float32Array: 2 } as const;

/** The same of 16-bit or floating-point samples, with any weights; floating-point means are not rounded. */
export function averageWideRow<Wide extends WideSamples>(
  from: Wide,
  weighed: WeighedRows,
  columns: WeighedColumns<Float64Array>,
  bandCount: number,
  nodata: number | null,
): Wide {
  const kind = wideKinds[from.constructor.name as keyof typeof wideKinds];
  const { kernel, bytes, rows, firstsAt, weightsAt, sumsAt, outAt, outBytes, count } = layOut(from, weighed, columns, bandCount);
  const [w0, w1, w2] = weighed.weights;
  kernel.addWideRows(kind, ...rows, weighed.length, w0, w1, w2, sumsAt);
  // Further columns weigh nothing, which a NaN that an earlier row left would not stand.
  bytes.fill(0, sumsAt + 8 * weighed.length, sumsAt + 8 * (weighed.length + 2 * bandCount));
  const perRow = 1 / (w0 + w1 + w2);
  kernel.addWideColumns(kind, sumsAt, firstsAt, weightsAt, count, columns.start, bandCount, perRow, nodata ?? Number.NaN, outAt);
  const make = from.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Wide;
  return new make(bytes.buffer, outAt, outBytes / from.BYTES_PER_ELEMENT);
}
