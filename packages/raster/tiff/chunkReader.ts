import { throwIfAborted } from "./rasterError.ts";

export interface ChunkReaderOptions {
  readonly sizeBytes: number;
  /** Exactly these bytes. */
  readonly fetchRange: (offset: number, length: number) => Promise<Uint8Array>;
  readonly cacheBytes: number;
  readonly chunkBytes?: number;
  /** The first chunk, when it is known already. */
  readonly firstChunk?: Uint8Array | null;
  /** Longest single fetch. */
  readonly runBytes?: number;
  /** Fetches under way at once. */
  readonly fetchesAtOnce?: number;
}

/**
 * Reads of any size and place as few fetches of whole chunks: what is asked for in the same turn of the event loop is merged when it lies
 * side by side (or one chunk apart), a chunk under way is waited for, and chunks are kept, least recently used dropped first.
 */
export class ChunkReader {
  private readonly chunks = new Map<number, Promise<Uint8Array>>();
  private wanted: { index: number; settle: (bytes: Promise<Uint8Array>) => void }[] = [];
  private readonly chunkBytes: number;
  private readonly chunksPerRun: number;
  private readonly chunksKept: number;
  private readonly fetchesAtOnce: number;
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;
  private readonly options: ChunkReaderOptions;

  constructor(options: ChunkReaderOptions) {
    this.options = options;
    this.chunkBytes = options.chunkBytes ?? 64 * 1024;
    this.chunksPerRun = Math.max(1, Math.floor((options.runBytes ?? 4 * 2 ** 20) / this.chunkBytes));
    this.chunksKept = Math.max(4, Math.floor(options.cacheBytes / this.chunkBytes));
    this.fetchesAtOnce = options.fetchesAtOnce ?? 6;
    if (options.firstChunk) this.chunks.set(0, Promise.resolve(options.firstChunk));
  }

  /** Exactly `length` bytes from `offset`, fewer only at the end. */
  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfAborted(signal);
    const end = Math.min(offset + length, this.options.sizeBytes);
    const out = new Uint8Array(Math.max(0, end - offset));
    if (out.length === 0) return out;
    const first = Math.floor(offset / this.chunkBytes);
    const last = Math.floor((end - 1) / this.chunkBytes);
    // A read larger than what is kept would push its own chunks out, so it is made piece by piece.
    const step = Math.max(1, Math.min(this.chunksPerRun, this.chunksKept - 1));
    for (let from = first; from <= last; from += step) {
      const pieces: Promise<Uint8Array>[] = [];
      for (let index = from; index <= Math.min(last, from + step - 1); index++) pieces.push(this.chunk(index));
      const loaded = await Promise.all(pieces);
      throwIfAborted(signal);
      loaded.forEach((bytes, i) => {
        const start = (from + i) * this.chunkBytes;
        const a = Math.max(offset, start);
        const b = Math.min(end, start + bytes.length);
        out.set(bytes.subarray(a - start, b - start), a - offset);
      });
    }
    return out;
  }

  private chunk(index: number): Promise<Uint8Array> {
    const known = this.chunks.get(index);
    if (known) {
      this.chunks.delete(index);
      this.chunks.set(index, known);
      return known;
    }
    if (this.wanted.length === 0) setImmediate(() => this.fetchWanted());
    const chunk = new Promise<Uint8Array>((resolve) => this.wanted.push({ index, settle: resolve }));
    this.keep(index, chunk);
    return chunk;
  }

  private keep(index: number, chunk: Promise<Uint8Array>): void {
    this.chunks.set(index, chunk);
    // What failed is asked for again by the next reader.
    chunk.catch(() => this.chunks.get(index) === chunk && this.chunks.delete(index));
    for (const oldest of this.chunks.keys()) {
      if (this.chunks.size <= this.chunksKept) break;
      this.chunks.delete(oldest);
    }
  }

  private fetchWanted(): void {
    const wanted = this.wanted.sort((a, b) => a.index - b.index);
    this.wanted = [];
    for (let from = 0; from < wanted.length; ) {
      const first = wanted[from]?.index ?? 0;
      let to = from + 1;
      for (; to < wanted.length; to++) {
        const index = wanted[to]?.index ?? 0;
        if (index - (wanted[to - 1]?.index ?? 0) > 2 || index - first >= this.chunksPerRun) break;
      }
      const run = wanted.slice(from, to);
      const last = run.at(-1)?.index ?? first;
      const offset = first * this.chunkBytes;
      const bytes = this.inTurn(() =>
        this.options.fetchRange(offset, Math.min(this.options.sizeBytes, (last + 1) * this.chunkBytes) - offset),
      );
      const settleOf = new Map(run.map(({ index, settle }) => [index, settle]));
      for (let index = first; index <= last; index++) {
        const start = (index - first) * this.chunkBytes;
        const chunk = bytes.then((all) => all.slice(start, start + this.chunkBytes));
        const settle = settleOf.get(index);
        if (settle) settle(chunk);
        else if (this.chunks.has(index)) chunk.catch(() => {});
        // Between two that were wanted: it came along.
        else this.keep(index, chunk);
      }
      from = to;
    }
  }

  private async inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.underWay >= this.fetchesAtOnce) await new Promise<void>((go) => this.waiting.push(go));
    this.underWay++;
    try {
      return await task();
    } finally {
      this.underWay--;
      this.waiting.shift()?.();
    }
  }
}
