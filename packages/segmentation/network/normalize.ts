import type { ModelCard } from "@reefline/schema/training";

export type Normalization = ModelCard["normalization"];

/**
 * Bytes to what the network sees: (value − mean) / std per band, 0 (the mean) where the pixel holds no measurement.
 * @param pixels interleaved, length pixelCount · bands
 * @param valid length pixelCount, or null when every pixel is valid
 * @param out length pixelCount · bands
 */
export function normalizePixels(
  pixels: Uint8Array,
  valid: Uint8Array | null,
  { mean, std }: Normalization,
  out: Float32Array,
): Float32Array {
  const bandCount = mean.length;
  const table = new Float32Array(bandCount * 256);
  for (let band = 0; band < bandCount; band++) {
    for (let value = 0; value < 256; value++) table[band * 256 + value] = (value - (mean[band] ?? 0)) / (std[band] ?? 1);
  }
  const count = pixels.length / bandCount;
  for (let i = 0; i < count; i++) {
    const isValid = valid === null || valid[i] === 1;
    for (let band = 0; band < bandCount; band++) {
      const at = i * bandCount + band;
      out[at] = isValid ? (table[band * 256 + (pixels[at] ?? 0)] ?? 0) : 0;
    }
  }
  return out;
}
