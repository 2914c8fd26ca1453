import type { Grid, Window } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray } from "./array.ts";
import type { RawGeoKeys } from "./cogWriterGeoTags.ts";

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
  close(): Promise<void>;
}
