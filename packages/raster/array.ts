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
  /** 1 where the pixel holds a measurement in every band, 0 where not; length widthPx · heightPx. */
  readonly valid: Uint8Array;
}
