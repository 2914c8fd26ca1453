import type { RasterArray } from "./array.ts";

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
