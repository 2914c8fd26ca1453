import type { RasterArray, Samples } from "../array.ts";

/**
 * Rows of an image on their way into a file, of any height. Blocks come top to bottom without a gap; those of part of the columns come
 * left to right, with the same rows until the last column.
 */
export interface RowBlock {
  readonly rowOff: number;
  readonly heightPx: number;
  /** First column; 0 unless given. */
  readonly colOff?: number;
  readonly array: RasterArray;
}

/** Where whole rows go: all samples, and one byte per pixel, 1 where it is measured. */
export interface RowMemory {
  readonly data: Samples;
  readonly valid: Uint8Array;
}

/** Whole rows that are read right to where they are wanted. */
export interface RowsToRead {
  readonly rowOff: number;
  readonly heightPx: number;
  /** Fills `into` with `heightPx` of the rows from `rowOff` on. */
  fill(rows: { readonly rowOff: number; readonly heightPx: number }, into: RowMemory): Promise<void>;
}
