import type { Samples } from "./array.ts";

/** TIFF predictor codes: 2 for integers (TIFF 6.0 §14), 3 for floats (Adobe Technical Note 3). */
export function predictorFor(samples: Samples): 2 | 3 {
  return samples instanceof Float32Array || samples instanceof Float64Array ? 3 : 2;
}

function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function differenceInPlace(samples: Samples, rowLength: number, stride: number): void {
  for (let start = 0; start < samples.length; start += rowLength) {
    for (let i = start + rowLength - 1; i >= start + stride; i--) samples[i] = (samples[i] ?? 0) - (samples[i - stride] ?? 0);
  }
}

function shuffleFloats(samples: Samples, rowLength: number, stride: number): Uint8Array {
  const source = bytesOf(samples);
  const bytesPerSample = samples.BYTES_PER_ELEMENT;
  const rowBytes = rowLength * bytesPerSample;
  const target = new Uint8Array(source.length);
  for (let start = 0; start < source.length; start += rowBytes) {
    for (let plane = 0; plane < bytesPerSample; plane++) {
      // Planes go from the most significant byte down; memory here is little-endian.
      const from = start + (bytesPerSample - 1 - plane);
      const to = start + plane * rowLength;
      for (let i = 0; i < rowLength; i++) target[to + i] = source[from + i * bytesPerSample] ?? 0;
    }
    for (let i = start + rowBytes - 1; i >= start + stride; i--) target[i] = (target[i] ?? 0) - (target[i - stride] ?? 0);
  }
  return target;
}

/**
 * Bytes of one tile, ready for deflate. `samples` is interleaved, `widthPx · bandCount` samples a row, and is overwritten.
 * Little-endian, as every machine that Node runs on.
 */
export function encodePredictor(samples: Samples, widthPx: number, bandCount: number): Uint8Array {
  const rowLength = widthPx * bandCount;
  if (predictorFor(samples) === 3) return shuffleFloats(samples, rowLength, bandCount);
  differenceInPlace(samples, rowLength, bandCount);
  return bytesOf(samples);
}
