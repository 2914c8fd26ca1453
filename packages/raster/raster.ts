import type { Grid, Window } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray } from "./array.ts";
import type { RawGeoKeys } from "./cog/cogWriterGeoTags.ts";
import type { RowMemory } from "./cog/rowBlock.ts";

export interface RasterLevel {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockWidthPx: number;
  readonly blockHeightPx: number;
}

/** What a block holds of a window. */
export interface BlockPart {
  /** From the part's first pixel on, until `take` returns; null where a sparse file stores nothing, which means 0. */
  readonly bytes: Uint8Array | null;
  /** From a row to the next. */
  readonly rowBytes: number;
  /** In the window. */
  readonly colOff: number;
  readonly rowOff: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** An open raster. Level 0 is full resolution, each further level a coarser overview. */
export interface Raster {
  readonly grid: Grid;
  /** The file's own keys when its CRS has no EPSG code: what is derived from it is written with them. */
  readonly rawGeoKeys?: RawGeoKeys;
  readonly sampleType: SampleType;
  /** Data bands, alpha left out. */
  readonly bandNames: readonly string[];
  readonly maskKind: "none" | "nodata" | "alpha" | "internal";
  /** NaN when the nodata value is NaN. */
  readonly nodata: number | null;
  readonly levels: readonly RasterLevel[];
  /** Native samples of a window of one level. Pixels beyond the edge are 0 and not valid. */
  read(window: Window, options?: { level?: number; bands?: readonly number[]; signal?: AbortSignal }): Promise<RasterArray>;
  /**
   * Only where the pixels are one band of bytes: every block under a window inside the image, as it is stored, in any order. The same bytes
   * as `data` of `read` without being copied together.
   */
  readBlocks?(window: Window, take: (block: BlockPart) => void, options?: { signal?: AbortSignal }): Promise<void>;
  /** Only where rows lie in a file as they do in memory: reads whole rows at full resolution, the same as `data` and `valid` of `read`. */
  readRows?(rows: { readonly rowOff: number; readonly heightPx: number }, into: RowMemory, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
