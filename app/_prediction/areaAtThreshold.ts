import { probabilityFromByte } from "@reefline/schema/prediction";

/** The smallest byte of a probability raster that counts as reef at `threshold`; 256 when none does. Byte 0 is nodata and never counts. */
export function firstReefByte(threshold: number): number {
  for (let byte = 1; byte < 256; byte++) if (probabilityFromByte(byte) >= threshold - 1e-9) return byte;
  return 256;
}

/** Geodesic m² of ground at or above the threshold, from m² per byte value (length 256). */
export function areaAtThreshold(areaHistogramM2: readonly number[], threshold: number): number {
  let areaM2 = 0;
  for (let byte = firstReefByte(threshold); byte < 256; byte++) areaM2 += areaHistogramM2[byte] ?? 0;
  return areaM2;
}

/** Geodesic m² that hold a probability at all. */
export function predictedGroundM2(areaHistogramM2: readonly number[]): number {
  return areaAtThreshold(areaHistogramM2, 0);
}
