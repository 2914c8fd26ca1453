import type { SampleType } from "@reefline/schema/survey";

export type Samples = Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** Pixels of a window, bands interleaved: sample (row, col, band) is data[(row · widthPx + col) · bandCount + band]. */
export interface RasterArray {
  readonly layout: "pixel-interleaved";
  readonly sampleType: SampleType;
  readonly bandCount: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Samples;
  /**
   * 1 where the pixel holds a measurement, 0 where not; length widthPx · heightPx. With a nodata value: in 8-bit rasters 0
   * where every band is nodata (a dark pixel with one zero is a measurement), in others where any band is.
   */
  readonly valid: Uint8Array;
}
