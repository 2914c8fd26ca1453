import type { BlockPart } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import type { Grid, Window } from "@reefline/schema/grid";
import { RowTracer, type TracedRegion, type TracerOptions } from "./rowTracer.ts";

/** What is read of a raster to outline; every open raster of one 8-bit band has it. */
export interface ByteSource {
  readonly grid: Grid;
  /** Level 0 says how high the blocks are that are best read whole. */
  readonly levels?: readonly { readonly blockHeightPx: number }[];
  read(window: Window, options?: { signal?: AbortSignal }): Promise<{ readonly data: ArrayLike<number> }>;
  /** Where there is it, taken instead of `read` for rows: see Raster. */
  readBlocks?(window: Window, take: (block: BlockPart) => void, options?: { signal?: AbortSignal }): Promise<void>;
}

/** Some rows of a window. */
export interface RowSpan {
  /** In the window. */
  readonly rowOff: number;
  readonly heightPx: number;
}

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
 * Traces a window's rows, top to bottom: after each span the regions whose last row has passed.
 * @throws AppError `vectorize/samples`, `vectorize/memory`.
 */
export async function* traceWindow(
  source: ByteSource,
  window: Window,
  options: TracerOptions,
  { rowsAtOnce, signal }: { rowsAtOnce: number; signal?: AbortSignal },
): AsyncGenerator<RowSpan & { readonly regions: TracedRegion[] }> {
  const { colOff, widthPx } = window;
  let regions: TracedRegion[] = [];
  const tracer = new RowTracer(widthPx, options, (region) => regions.push(region));
  for (const { rowOff, heightPx } of rowSpans(window, rowsAtOnce, source.levels?.[0]?.blockHeightPx)) {
    const part = { colOff, rowOff: window.rowOff + rowOff, widthPx, heightPx };
    if (source.readBlocks) {
      tracer.reserve(widthPx * heightPx);
      await source.readBlocks(part, (block) => tracer.holdBlock(block), { signal });
      tracer.traceHeld(heightPx);
    } else tracer.pushRows(bytesOf(await source.read(part, { signal }), widthPx * heightPx), 0, heightPx);
    signal?.throwIfAborted();
    if (rowOff + heightPx === window.heightPx) tracer.finish();
    yield { rowOff, heightPx, regions };
    regions = [];
  }
}

/** What was read of a window of `pixels` pixels. @throws AppError `vectorize/samples`. */
export function bytesOf({ data }: { readonly data: ArrayLike<number> }, pixels: number): Uint8Array {
  if (data instanceof Uint8Array && data.length === pixels) return data;
  throw new AppError("bad-input", "vectorize/samples", "Outlines are made from a raster of one 8-bit band, and this is none.");
}
