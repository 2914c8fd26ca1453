import type { BlockPart } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import { tracerKernel } from "./tracerKernel.ts";

/** What a vertex of a boundary is. */
export const vertexMark = {
  /** A corner where the boundary turns. */
  corner: 0,
  /** A corner where two pixels of ground meet diagonally: a ring may pass it twice. */
  saddle: 1,
  /** A point on the line between the centres of two pixels, where the contour crosses it. */
  crossing: 2,
  /** A corner that a sub-pixel contour must go round, since a pixel without data lies there. */
  guard: 3,
  /** Both a guard and a saddle. */
  guardSaddle: 4,
} as const;

/** A closed ring from its first vertex in reading order, which is not repeated at its end: x,y pairs and each vertex's mark (`vertexMark`). */
export interface TracedRing {
  readonly points: Int32Array;
  readonly marks: Uint8Array;
  /** Whether some vertex may be passed twice. */
  readonly mayRepeat: boolean;
}

/** A connected patch of ground at or above the threshold. */
export interface TracedRegion {
  readonly pixelCount: number;
  /** Sum of the bytes of its pixels. */
  readonly valueSum: number;
  /** The byte that a tenth of its pixels do not exceed; 0 when it was not asked for. */
  readonly tenthPercentile: number;
  /**
   * One outer ring, counter-clockwise as seen on the image (row down), and its holes, clockwise, in the order they were closed. In pixel
   * corners, or for a sub-pixel contour in 1/256 pixel. A ring may pass a saddle twice: see `splitAtRepeats`.
   */
  readonly rings: readonly TracedRing[];
}

export interface TracerOptions {
  /** Smallest byte that belongs to a region; at least 1. */
  readonly thresholdByte: number;
  /** 4: pixels that meet diagonally are apart (the background then is joined there); 8: they belong together. */
  readonly connectivity?: 4 | 8;
  /** The threshold as a real number on the scale of bytes, for contours that run between pixel centres by their values. */
  readonly contourLevel?: number;
  /** Leave `valueSum` at 0, for masks whose bytes mean nothing more. */
  readonly isPlainMask?: boolean;
  /** Count bytes per region, for `tenthPercentile`. */
  readonly countValues?: boolean;
  /** Regions of fewer pixels are not given; 0 unless given. */
  readonly leastPixels?: number;
}

/** What tracerKernel.as exports; addresses are bytes of its memory. */
interface Kernel {
  begin(
    widthPx: number,
    thresholdByte: number,
    eight: boolean,
    plain: boolean,
    counts: boolean,
    withLevel: boolean,
    contourLevel: number,
    leastPixels: number,
  ): void;
  inputRoom(bytes: number): number;
  scratchRoom(bytes: number): number;
  packBlock(rowBytes: number, cols: number, rows: number, to: number): void;
  traceRows(segments: number, segmentCount: number, rows: number): void;
}

/** Part of a row of blocks that waits to be traced. */
interface HeldBlock {
  readonly rowOff: number;
  readonly colOff: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rowBytes: number;
  /** In the input's room. */
  readonly offset: number;
}

const segmentBytes = 16;
/** What the kernel may read beyond a row. */
const spareBytes = 16;
const rowsAtOnceBytes = 2 ** 20;
const slabWords = 2 ** 15;
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** Of a ring as the kernel lays it down: two words, the vertices, and their marks up to a whole word. */
const ringWords = (count: number): number => 2 + 2 * count + ((count + 3) >> 2);

let compiled: WebAssembly.Module | null = null;

/**
 * Traces the boundaries (cracks between pixels) of connected regions, row by row, and gives each region as soon as its last row has passed.
 * Only open boundaries and the rings of open regions are kept, so the result cannot depend on how rows are grouped. By tracerKernel.as.
 *
 * Directed boundaries have the region on their left: down a left edge, up a right edge, east under it, west over it. At a saddle, a corner
 * where two pixels of ground meet diagonally, the boundary stays with its own pixel (4-connected) or goes over to the other (8-connected).
 *
 * With `contourLevel` each crack becomes the point where the line between the two pixel centres reaches the level: marching squares
 * (Lorensen & Cline 1987, in the plane), saddles resolved by the connectivity, always the same way. Against pixels without data (0) and
 * the raster's edge the contour follows the pixels' own edges.
 */
export class RowTracer {
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private readonly kernel: Kernel;
  private readonly isPlain: boolean;
  private held: HeldBlock[] = [];
  private heldBytes = 0;
  private roomBytes = 0;
  private words = new Int32Array(0);
  private slab = new Int32Array(0);
  private slabUsed = 0;

  constructor(
    private readonly widthPx: number,
    { thresholdByte, connectivity = 4, contourLevel, isPlainMask = false, countValues = false, leastPixels = 0 }: TracerOptions,
    private readonly onRegion: (region: TracedRegion) => void,
  ) {
    this.isPlain = isPlainMask && !countValues && contourLevel === undefined;
    compiled ??= new WebAssembly.Module(Buffer.from(tracerKernel, "base64"));
    const env = { memory: this.memory, emit: this.emit.bind(this) };
    this.kernel = new WebAssembly.Instance(compiled, { env }).exports as unknown as Kernel;
    this.kernel.begin(
      widthPx,
      thresholdByte,
      connectivity === 8,
      this.isPlain,
      countValues,
      contourLevel !== undefined,
      contourLevel ?? 0,
      leastPixels,
    );
  }

  /** The next row: `widthPx` bytes of `data` from `offset`. */
  pushRow(data: Uint8Array, offset = 0): void {
    this.pushRows(data, offset, 1);
  }

  /**
   * The next rows, which lie one after the other in `data` from `offset`.
   * @throws AppError `vectorize/memory`: more open boundaries than 4 GiB hold
   */
  pushRows(data: Uint8Array, offset: number, rows: number): void {
    const { widthPx } = this;
    const most = Math.max(1, Math.floor(rowsAtOnceBytes / widthPx));
    for (let row = 0; row < rows; row += most) {
      const heightPx = Math.min(most, rows - row);
      this.holdBlock({ bytes: data.subarray(offset + row * widthPx), rowBytes: widthPx, colOff: 0, rowOff: 0, widthPx, heightPx });
      this.traceHeld(heightPx);
    }
  }

  /** Makes room for blocks of so many pixels in all, so that it need not grow while they come. */
  reserve(pixels: number): void {
    // A little more than the pixels themselves, since blocks are kept apart from each other.
    this.makeInputRoom(Math.ceil((this.isPlain ? pixels / 8 : pixels) * 1.06));
  }

  private makeInputRoom(bytes: number): void {
    if (bytes <= this.roomBytes) return;
    this.guarded(() => this.kernel.inputRoom(bytes));
    this.roomBytes = bytes;
  }

  /** Keeps a copy of a block of the next rows, its place in them as it says, until `traceHeld`; of a plain mask as bits. In any order. */
  holdBlock({ bytes, rowBytes, ...place }: BlockPart): void {
    if (!bytes) return;
    const { widthPx, heightPx } = place;
    const length = rowBytes * (heightPx - 1) + widthPx;
    const heldRowBytes = this.isPlain ? Math.ceil(widthPx / 64) * 8 : rowBytes;
    const offset = this.heldBytes;
    this.heldBytes = offset + aligned((this.isPlain ? heldRowBytes * heightPx : length) + spareBytes);
    if (this.heldBytes > this.roomBytes) this.makeInputRoom(2 * this.heldBytes);
    const to = this.isPlain ? this.guarded(() => this.kernel.scratchRoom(length + spareBytes)) : this.kernel.inputRoom(0) + offset;
    new Uint8Array(this.memory.buffer, to, length).set(bytes.length === length ? bytes : bytes.subarray(0, length));
    if (this.isPlain) this.kernel.packBlock(rowBytes, widthPx, heightPx, this.kernel.inputRoom(0) + offset);
    this.held.push({ ...place, rowBytes: heldRowBytes, offset });
  }

  /** Traces the next `heightPx` rows of the blocks that were held; where there is none there is no ground. */
  traceHeld(heightPx: number): void {
    const { held, heldBytes } = this;
    this.held = [];
    this.heldBytes = 0;
    held.sort((a, b) => a.rowOff - b.rowOff || a.colOff - b.colOff);
    this.makeInputRoom(heldBytes + segmentBytes * held.length);
    const room = this.kernel.inputRoom(0);
    const segments = room + heldBytes;
    const words = new Uint32Array(this.memory.buffer, segments, (segmentBytes / 4) * held.length);
    held.forEach(({ offset, colOff, widthPx, rowBytes }, i) => void words.set([room + offset, colOff, widthPx, rowBytes], i * 4));
    let row = 0;
    for (let first = 0; first < held.length; ) {
      const { rowOff, heightPx: rows } = held[first] ?? { rowOff: 0, heightPx: 0 };
      let end = first + 1;
      while (held[end]?.rowOff === rowOff) end++;
      const from = segments + first * segmentBytes;
      const count = end - first;
      this.guarded(() => {
        if (rowOff > row) this.kernel.traceRows(segments, 0, rowOff - row);
        this.kernel.traceRows(from, count, rows);
      });
      row = rowOff + rows;
      first = end;
    }
    if (heightPx > row) this.guarded(() => this.kernel.traceRows(segments, 0, heightPx - row));
  }

  /** Closes what is still open; call once, after the last row. */
  finish(): void {
    this.traceHeld(1);
  }

  private guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new AppError(
        "unavailable",
        "vectorize/memory",
        "The outlines are too many to be held at once. Raise the threshold, or outline a smaller part.",
      );
    }
  }

  private emit(pixelCount: number, valueSum: number, tenthPercentile: number, ringCount: number, from: number): void {
    if (this.words.buffer !== this.memory.buffer) this.words = new Int32Array(this.memory.buffer);
    const { words } = this;
    const first = from >> 2;
    let end = first;
    for (let i = 0; i < ringCount; i++) end += ringWords(words[end] ?? 0);
    this.makeRoom(end - first);
    const { slab, slabUsed } = this;
    slab.set(words.subarray(first, end), slabUsed);
    this.slabUsed += end - first;
    const rings: TracedRing[] = [];
    for (let at = slabUsed; at < this.slabUsed; ) {
      const count = slab[at] ?? 0;
      const marksAt = at + 2 + 2 * count;
      rings.push({
        points: slab.subarray(at + 2, marksAt),
        marks: new Uint8Array(slab.buffer, 4 * marksAt, count),
        mayRepeat: slab[at + 1] === 1,
      });
      at += ringWords(count);
    }
    this.onRegion({ pixelCount, valueSum, tenthPercentile, rings });
  }

  /** Regions share buffers, of which each costs as much to make as a large one. */
  private makeRoom(words: number): void {
    if (this.slabUsed + words <= this.slab.length) return;
    this.slab = new Int32Array(Math.max(slabWords, words));
    this.slabUsed = 0;
  }
}
