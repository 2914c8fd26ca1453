import { blendKernel } from "./blendKernel.ts";
import { blendWeights, WEIGHT_BITS, WEIGHT_ONE } from "./blendWeights.ts";
import { finalCols, swathRuns, type WindowPlan } from "./windowPlan.ts";

/** Values of 16 bits while they are blended: 0 = nodata, else 1 + 65534 v. */
const BLENDED_ONE = 65_535;

/** A blended value of 16 bits → the byte of the raster: 0 = nodata, else 1 + 254 v. */
export const byteOfBlended: Uint8Array = Uint8Array.from({ length: BLENDED_ONE + 1 }, (_, blended) =>
  blended === 0 ? 0 : 1 + Math.floor(((blended - 1) * 254) / (BLENDED_ONE - 1) + 0.5),
);

/** Two values of 16 bits, the first with `weight` of `WEIGHT_ONE`. Either both are nodata or none is. */
export const blendTwo = (first: number, second: number, weight: number): number =>
  (weight * first + (WEIGHT_ONE - weight) * second + WEIGHT_ONE / 2) >> WEIGHT_BITS;

/** Finished columns of a row of windows, `widthPx` wide. */
export interface BlendedColumns {
  readonly colOff: number;
  readonly widthPx: number;
  /**
   * Plane after plane: the rows shared with the swath above, then those shared with the one below, as values of 16 bits, little-endian,
   * then the swath's own rows as bytes of the raster. Null: nothing but nodata.
   */
  readonly packed: Uint8Array | null;
}

/** Bytes of one plane of columns `widthPx` wide. */
export function packedPlaneBytes(plan: WindowPlan, windowRow: number, widthPx: number): number {
  const { above, own, below } = swathRuns(plan, windowRow);
  return widthPx * (2 * above.heightPx + own.heightPx + 2 * below.heightPx);
}

/**
 * Blends one row of windows from left to right and hands out columns as soon as no further window reaches them: memory for one window,
 * whatever the survey's width. Integers only, so that what comes out depends on the windows alone. The inner loops are WebAssembly
 * (blendKernel.as), a row of pixels at a time.
 */
export class ColumnBlend {
  readonly #rows: BlendRows;
  #nextCol = 0;

  /** @param planeCount values per pixel, see `SurveyPlan` */
  constructor(
    private readonly plan: WindowPlan,
    private readonly windowRow: number,
    private readonly planeCount: number,
  ) {
    this.#rows = new BlendRows(plan, planeCount);
  }

  /**
   * Adds the next window of the row.
   * @param planes 0–1, plane after plane, each row by row and as large as the window; there may be more than are kept. Null: the window holds
   * no ground that is asked for
   * @param keep 1 where a pixel was measured and is asked for; the same pixel has the same in every window
   */
  add(planes: Float32Array | null, keep: Uint8Array): BlendedColumns {
    const { plan, windowRow, planeCount } = this;
    const windowCol = this.#nextCol++;
    const { windowWidthPx, overlapPx } = plan;
    const left = plan.colOffs[windowCol] ?? 0;
    const top = plan.rowOffs[windowRow] ?? 0;
    const hasNext = windowCol < plan.colOffs.length - 1;
    const final = finalCols(plan, windowCol);
    if (!planes) {
      this.#rows.forget();
      return { ...final, packed: null };
    }
    this.#rows.begin(blendWeights(windowWidthPx, overlapPx, windowCol > 0, hasNext), {
      first: final.colOff - left,
      count: final.widthPx,
      shared: windowCol > 0 ? overlapPx : 0,
      hasNext,
    });
    const { above, own, below } = swathRuns(plan, windowRow);
    const planeBytes = packedPlaneBytes(plan, windowRow, final.widthPx);
    const packed = new Uint8Array(planeBytes * planeCount);
    const planePx = windowWidthPx * plan.windowHeightPx;
    for (let p = 0; p < planeCount; p++) {
      const plane = planes.subarray(p * planePx, (p + 1) * planePx);
      let at = p * planeBytes;
      for (const { rowOff, heightPx } of [above, below]) {
        for (let row = 0; row < heightPx; row++, at += 2 * final.widthPx) {
          this.#rows.blend(plane, p, keep, rowOff - top + row);
          this.#rows.toWords(packed, at);
        }
      }
      for (let row = 0; row < own.heightPx; row++, at += final.widthPx) {
        this.#rows.blend(plane, p, keep, own.rowOff - top + row);
        this.#rows.toBytes(packed, at);
      }
    }
    return { ...final, packed };
  }
}

/** Bytes that the kernel may read or write beyond what it is given. */
const SPARE = 64;
const PAGE_BYTES = 65_536;

interface Kernel {
  alone(plane: number, keep: number, count: number, values: number): void;
  blended(plane: number, keep: number, count: number, weights: number, carried: number, values: number): void;
  carry(plane: number, keep: number, count: number, weights: number, carried: number): void;
  toBytes(values: number, count: number, bytes: number): void;
}

let compiled: WebAssembly.Module | null = null;

interface Cols {
  /** Of the window: the first final one, and how many are. */
  readonly first: number;
  readonly count: number;
  /** Columns shared with the window before. */
  readonly shared: number;
  readonly hasNext: boolean;
}

/** Rows of one window after the other in the kernel's memory, which keeps what each shares with the next. */
class BlendRows {
  readonly #kernel: Kernel;
  readonly #memory: Uint8Array;
  readonly #floats: Float32Array;
  readonly #weights: Int32Array;
  readonly #carried: Int32Array;
  readonly #at: Readonly<Record<"plane" | "keep" | "weights" | "values" | "bytes" | "carried", number>>;
  #cols: Cols = { first: 0, count: 0, shared: 0, hasNext: false };

  constructor(
    private readonly plan: WindowPlan,
    planeCount: number,
  ) {
    const { windowWidthPx: width, windowHeightPx, overlapPx } = plan;
    let end = 0;
    const place = (bytes: number): number => {
      const at = end;
      end += Math.ceil((bytes + SPARE) / 16) * 16;
      return at;
    };
    this.#at = {
      plane: place(4 * width),
      keep: place(width),
      weights: place(4 * width),
      values: place(2 * width),
      bytes: place(width),
      carried: place(4 * overlapPx * windowHeightPx * planeCount),
    };
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) });
    compiled ??= new WebAssembly.Module(Buffer.from(blendKernel, "base64"));
    // What blendKernel.as exports.
    this.#kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel;
    this.#memory = new Uint8Array(memory.buffer);
    this.#floats = new Float32Array(memory.buffer, this.#at.plane, width);
    this.#weights = new Int32Array(memory.buffer, this.#at.weights, width);
    this.#carried = new Int32Array(memory.buffer, this.#at.carried, overlapPx * windowHeightPx * planeCount);
  }

  /** The next window shares nothing with those before. */
  forget(): void {
    this.#carried.fill(0);
  }

  begin(weights: Int32Array, cols: Cols): void {
    this.#weights.set(weights);
    this.#cols = cols;
  }

  /** Blends the final pixels of one row of the window with what the one before left, and keeps what the next one needs. */
  blend(plane: Float32Array, planeIndex: number, keep: Uint8Array, row: number): void {
    const { windowWidthPx: width, windowHeightPx, overlapPx } = this.plan;
    const { first, count, shared, hasNext } = this.#cols;
    const at = this.#at;
    this.#floats.set(plane.subarray(row * width, (row + 1) * width));
    this.#memory.set(keep.subarray(row * width, (row + 1) * width), at.keep);
    const carried = at.carried + 4 * overlapPx * (planeIndex * windowHeightPx + row);
    const mixed = Math.max(0, Math.min(count, shared - first));
    if (mixed > 0)
      this.#kernel.blended(at.plane + 4 * first, at.keep + first, mixed, at.weights + 4 * first, carried + 4 * first, at.values);
    // Second, since the first writes a few pixels too far.
    const from = first + mixed;
    this.#kernel.alone(at.plane + 4 * from, at.keep + from, count - mixed, at.values + 2 * mixed);
    const carryFrom = width - overlapPx;
    if (hasNext) this.#kernel.carry(at.plane + 4 * carryFrom, at.keep + carryFrom, overlapPx, at.weights + 4 * carryFrom, carried);
  }

  /** The row just blended, as bytes of the raster. */
  toBytes(into: Uint8Array, offset: number): void {
    const { bytes, values } = this.#at;
    const { count } = this.#cols;
    this.#kernel.toBytes(values, count, bytes);
    into.set(this.#memory.subarray(bytes, bytes + count), offset);
  }

  /** The row just blended, as values of 16 bits. */
  toWords(into: Uint8Array, offset: number): void {
    const { values } = this.#at;
    into.set(this.#memory.subarray(values, values + 2 * this.#cols.count), offset);
  }
}
