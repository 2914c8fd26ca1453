import { bytesPerSample } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import type { RowBlock, RowsToRead } from "./rowBlock.ts";

/** Decoded bytes of one read. */
const READ_BYTES = 16 * 2 ** 20;

/** Enough for what is read once, top to bottom: blocks that reach over a band's edge are seldom. */
export const readCacheBytes = 64 * 2 ** 20;

export interface RowBlockOptions {
  /** Rows that a block does not reach over the multiples of; see `cogBandRows`. */
  readonly bandRows: number;
  readonly firstRow?: number;
  readonly signal?: AbortSignal;
}

interface ReadWindow {
  readonly colOff: number;
  readonly rowOff: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How a raster is read once, top to bottom: whole rows of its blocks, in columns of whole blocks where they are many. */
export function* readWindows(raster: Raster, { bandRows, firstRow = 0 }: RowBlockOptions): Generator<ReadWindow> {
  const { widthPx, heightPx } = raster.grid;
  const { blockWidthPx = widthPx, blockHeightPx = 1 } = raster.levels[0] ?? {};
  const rowBytes = widthPx * (raster.bandNames.length * bytesPerSample[raster.sampleType] + 1);
  // Strips are as wide as the image, so they cannot be parted: fewer rows are read at a time.
  const isStriped = blockWidthPx >= widthPx;
  const stripRows = Math.max(1, Math.floor(READ_BYTES / rowBytes / blockHeightPx)) * blockHeightPx;
  const rows = isStriped ? Math.min(bandRows, stripRows) : bandRows;
  const columns = Math.max(1, Math.floor((READ_BYTES / (rowBytes * rows)) * (widthPx / blockWidthPx))) * blockWidthPx;
  for (let rowOff = firstRow; rowOff < heightPx; ) {
    const bandEnd = Math.min(heightPx, (Math.floor(rowOff / bandRows) + 1) * bandRows);
    const height = Math.min(rows, bandEnd - rowOff);
    const step = isStriped ? widthPx : columns;
    for (let colOff = 0; colOff < widthPx; colOff += step) {
      yield { colOff, rowOff, widthPx: Math.min(step, widthPx - colOff), heightPx: height };
    }
    rowOff += height;
  }
}

/** A raster's pixels top to bottom, for `writeCog`; the next block is read while one is used, or the writer reads rows right to where it wants them. */
export async function* rowBlocks(raster: Raster, options: RowBlockOptions): AsyncGenerator<RowBlock | RowsToRead> {
  if (raster.readRows !== undefined) {
    for (const { rowOff, heightPx } of readWindows(raster, options)) {
      yield { rowOff, heightPx, fill: async (rows, into) => raster.readRows?.(rows, into, options.signal) };
    }
    return;
  }
  const read = async (window: ReadWindow): Promise<RowBlock> => {
    const array = await raster.read(window, { signal: options.signal });
    return { rowOff: window.rowOff, heightPx: window.heightPx, colOff: window.colOff, array };
  };
  let next: Promise<RowBlock> | null = null;
  try {
    for (const window of readWindows(raster, options)) {
      const block: Promise<RowBlock> | null = next;
      next = read(window);
      // Met below; until then a rejection must not count as unhandled.
      next.catch(() => undefined);
      if (block !== null) yield await block;
    }
    if (next !== null) yield await next;
  } finally {
    // A raster is closed only after the last read of it.
    await next?.catch(() => undefined);
  }
}
