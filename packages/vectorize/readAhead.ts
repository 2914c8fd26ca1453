import { AppError } from "@reefline/schema/errors";
import type { Grid, Window } from "@reefline/schema/grid";

/** What is read of a raster to outline; every open raster of one 8-bit band has it. */
export interface ByteSource {
  readonly grid: Grid;
  /** Level 0 says how high the blocks are that are best read whole. */
  readonly levels?: readonly { readonly blockHeightPx: number }[];
  read(window: Window, options?: { signal?: AbortSignal }): Promise<{ readonly data: ArrayLike<number> }>;
  /** Where there is it, taken instead of `read` for rows: see Raster. */
  readBytes?(window: Window, into: Uint8Array, options?: { signal?: AbortSignal }): Promise<void>;
}

/** Some rows of a window. */
export interface RowSpan {
  /** In the window. */
  readonly rowOff: number;
  readonly heightPx: number;
}

/** Spans read while one is being worked on: enough that several blocks are being decompressed at any time. */
const spansAhead = 2;
/** A span grows to whole blocks as long as it stays within this. */
const largestSpanBytes = 64 * 2 ** 20;

/** All rows of a window; spans end where blocks of the raster do. */
export function rowSpans(window: Window, rowsAtOnce: number, blockHeightPx = 1): RowSpan[] {
  const whole = Math.ceil(rowsAtOnce / blockHeightPx) * blockHeightPx;
  const step = whole * window.widthPx <= Math.max(largestSpanBytes, rowsAtOnce * window.widthPx) ? whole : rowsAtOnce;
  const spans: RowSpan[] = [];
  for (let rowOff = 0; rowOff < window.heightPx; ) {
    const heightPx = Math.min(step - ((window.rowOff + rowOff) % step), window.heightPx - rowOff);
    spans.push({ rowOff, heightPx });
    rowOff += heightPx;
  }
  return spans;
}

/**
 * A window's rows top to bottom as bytes, row-major from the front of `content`; the next spans are read while one is being worked on.
 * Never more than three are held, and their memory is used again: `content` is good until the next span is asked for.
 * @throws AppError `vectorize/samples`.
 */
export async function* byteRows(
  source: ByteSource,
  window: Window,
  { rowsAtOnce, signal }: { rowsAtOnce: number; signal?: AbortSignal },
): AsyncGenerator<RowSpan & { readonly content: Uint8Array }> {
  const { colOff, widthPx } = window;
  const spans = rowSpans(window, rowsAtOnce, source.levels?.[0]?.blockHeightPx);
  const largest = spans.reduce((most, { heightPx }) => Math.max(most, heightPx), 0) * widthPx;
  const memory: Uint8Array[] = [];
  const read = async ({ rowOff, heightPx }: RowSpan, turn: number): Promise<Uint8Array> => {
    const part = { colOff, rowOff: window.rowOff + rowOff, widthPx, heightPx };
    if (!source.readBytes) return bytesOf(await source.read(part, { signal }));
    const place = turn % (spansAhead + 1);
    const into = memory[place] ?? new Uint8Array(largest);
    memory[place] = into;
    await source.readBytes(part, into, { signal });
    return into;
  };
  const coming: Promise<Uint8Array>[] = [];
  let begun = 0;
  const begin = (): void => {
    const span = spans[begun];
    if (!span) return;
    const reading = read(span, begun++);
    // Told when its turn comes; nobody may be left to hear it when the work is given up.
    reading.catch(() => {});
    coming.push(reading);
  };
  for (let i = 0; i < spansAhead; i++) begin();
  try {
    for (const span of spans) {
      const first = coming.shift();
      if (!first) return;
      const content = await first;
      begin();
      signal?.throwIfAborted();
      yield { ...span, content };
    }
  } finally {
    // The raster may be closed now, which must not meet a read.
    await Promise.allSettled(coming);
  }
}

/** @throws AppError `vectorize/samples`. */
export function bytesOf({ data }: { readonly data: ArrayLike<number> }): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new AppError("bad-input", "vectorize/samples", "Outlines are made from a raster of one 8-bit band, and this is none.");
}
