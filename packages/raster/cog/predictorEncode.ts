import type { Samples } from "../array.ts";

/** TIFF predictor codes: 2 for integers (TIFF 6.0 §14), 3 for floats (Adobe Technical Note 3). */
function predictorFor(samples: Samples): 2 | 3 {
  return samples instanceof Float32Array || samples instanceof Float64Array ? 3 : 2;
}

function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/**
 * Differences of lanes in 32-bit words, all lanes of a word at once: a − b is ((a | H) − (b & ~H)) ^ ((a ^ ~b) & H) with H the lanes' high
 * bits, so that no lane borrows from its neighbour (Warren, Hacker's Delight, 2–18).
 * @param highBits 0x80808080 for bytes, 0x80008000 for 16-bit samples
 * @param strideBytes from a sample to the next of its band
 */
function differenceLanes(words: Int32Array, rowWords: number, highBits: number, strideBytes: number): void {
  const high = highBits | 0;
  const low = ~high;
  const whole = strideBytes >> 2;
  const up = (strideBytes & 3) * 8;
  const down = 32 - up;
  for (let start = 0; start < words.length; start += rowWords) {
    // From the end, so that what lies before is still what it was.
    for (let i = start + rowWords - 1; i >= start; i--) {
      const here = words[i] ?? 0;
      const near = i - whole >= start ? (words[i - whole] ?? 0) : 0;
      const far = i - whole > start ? (words[i - whole - 1] ?? 0) : 0;
      // JavaScript shifts by 32 as by 0.
      const earlier = up === 0 ? near : (far >>> down) | (near << up);
      words[i] = ((here | high) - (earlier & low)) ^ ((here ^ ~earlier) & high);
    }
  }
}

/** Strides below a word, where the word before is all that is needed. */
function differenceNear(words: Int32Array, rowWords: number, highBits: number, strideBytes: 1 | 2 | 3): void {
  const high = highBits | 0;
  const low = ~high;
  const up = strideBytes * 8;
  const down = 32 - up;
  for (let start = 0; start < words.length; start += rowWords) {
    let before = 0;
    for (let i = start; i < start + rowWords; i++) {
      const here = words[i] ?? 0;
      const earlier = (before >>> down) | (here << up);
      words[i] = ((here | high) - (earlier & low)) ^ ((here ^ ~earlier) & high);
      before = here;
    }
  }
}

function differenceInPlace(samples: Samples, rowLength: number, stride: number): void {
  const bytesPerSample = samples.BYTES_PER_ELEMENT;
  const strideBytes = stride * bytesPerSample;
  const rowBytes = rowLength * bytesPerSample;
  if (bytesPerSample <= 2 && rowBytes % 4 === 0 && samples.byteOffset % 4 === 0) {
    const words = new Int32Array(samples.buffer, samples.byteOffset, samples.byteLength / 4);
    const highBits = bytesPerSample === 1 ? 0x80808080 : 0x80008000;
    if (strideBytes === 1 || strideBytes === 2 || strideBytes === 3) differenceNear(words, rowBytes / 4, highBits, strideBytes);
    else differenceLanes(words, rowBytes / 4, highBits, strideBytes);
    return;
  }
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
  }
  differenceInPlace(target, rowBytes, stride);
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
