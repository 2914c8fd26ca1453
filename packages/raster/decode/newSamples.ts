import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";

const MAKERS: Record<SampleType, (length: number) => Samples> = {
  uint8: (length) => new Uint8Array(length),
  uint16: (length) => new Uint16Array(length),
  int16: (length) => new Int16Array(length),
  uint32: (length) => new Uint32Array(length),
  int32: (length) => new Int32Array(length),
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
};

export const bytesPerSample: Record<SampleType, number> = { uint8: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4, float64: 8 };

/** A zeroed array of `length` samples. */
export function newSamples(sampleType: SampleType, length: number): Samples {
  return MAKERS[sampleType](length);
}
