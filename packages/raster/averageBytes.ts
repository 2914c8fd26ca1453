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
}

/** Rows of a source and what they weigh in one target row: whole numbers, 2048 in all. */
export interface WeighedRows {
  /** Index of the first sample in each row. */
  readonly at: readonly [number, number, number];
  readonly weights: readonly [number, number, number];
  /** Samples of each row. */
  readonly length: number;
}

/** Target columns: the first source column of each, and what it and the next two weigh, 2048 in all. */
export interface WeighedColumns {
  readonly firsts: Int32Array;
  readonly weights: Int32Array;
  /** Source column of the rows' first pixel. */
  readonly start: number;
}

const pageBytes = 65_536;
/** What the kernel may read or write beyond. */
const spareBytes = 64;

let started: { readonly memory: WebAssembly.Memory; readonly kernel: Kernel; bytes: Uint8Array; words: Int32Array } | null = null;

function start(): NonNullable<typeof started> {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(halvingKernel, "base64")), { env: { memory } });
  return { memory, kernel: exports as unknown as Kernel, bytes: new Uint8Array(memory.buffer), words: new Int32Array(memory.buffer) };
}

const aligned = (at: number): number => Math.ceil(at / 16) * 16;

/**
 * One row of an overview of bytes: means of up to three rows by three columns, weighed, rounded half up; by halvingKernel.as.
 * @param nodata a mean that equals it moves by one
 * @returns bands of the target columns, until the next call
 */
export function averageByteRow(
  from: Uint8Array,
  { at, weights: down, length }: WeighedRows,
  { firsts, weights: across, start: startCol }: WeighedColumns,
  bandCount: number,
  nodata: number | null,
): Uint8Array {
  started ??= start();
  const count = firsts.length;
  const rowBytes = aligned(length + spareBytes);
  const rowsAt = 1024;
  const firstsAt = rowsAt + 3 * rowBytes;
  const weightsAt = firstsAt + aligned(4 * count);
  const sumsAt = weightsAt + aligned(12 * count);
  // Two further columns may be read, of no weight.
  const outAt = sumsAt + aligned(4 * (length + 2 * bandCount) + 4 * spareBytes);
  const endAt = outAt + count * bandCount + spareBytes;
  if (endAt > started.memory.buffer.byteLength) {
    started.memory.grow(Math.ceil((endAt - started.memory.buffer.byteLength) / pageBytes));
    started.bytes = new Uint8Array(started.memory.buffer);
    started.words = new Int32Array(started.memory.buffer);
  }
  const { kernel, bytes, words } = started;
  const place = (k: 0 | 1 | 2): number => rowsAt + (down[k] > 0 ? k : 0) * rowBytes;
  for (const k of [0, 1, 2] as const) if (k === 0 || down[k] > 0) bytes.set(from.subarray(at[k], at[k] + length), rowsAt + k * rowBytes);
  words.set(firsts, firstsAt >> 2);
  words.set(across, weightsAt >> 2);
  kernel.addRows(place(0), place(1), place(2), length, down[0], down[1], down[2], sumsAt);
  kernel.addColumns(sumsAt, firstsAt, weightsAt, count, startCol, bandCount, nodata ?? -1, outAt);
  return bytes.subarray(outAt, outAt + count * bandCount);
}
