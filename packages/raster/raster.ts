import type { Grid, Window } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray } from "./array.ts";
import type { RawGeoKeys } from "./cogWriterGeoTags.ts";
import type { RowMemory } from "./rowBlock.ts";

export interface RasterLevel {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockWidthPx: number;
  readonly blockHeightPx: number;
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
   * Only where the pixels are one band of bytes, read as they are stored: writes the window's bytes into the front of `into`, row by row,
   * the same as `data` of `read`. Quicker, since nothing is said of which pixels are valid and the caller can use its memory again.
   */
  readBytes?(window: Window, into: Uint8Array, options?: { signal?: AbortSignal }): Promise<void>;
  /** Only where rows lie in a file as they do in memory: reads whole rows at full resolution, the same as `data` and `valid` of `read`. */
  readRows?(rows: { readonly rowOff: number; readonly heightPx: number }, into: RowMemory, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
