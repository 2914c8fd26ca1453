type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/**
 * Undoes horizontal differencing (TIFF 6.0 section 14, predictor 2) in place; sums wrap at the size of a word, which holds
 * for signed and floating point samples as well: the differences are taken between their bits.
 */
export function undoDifferencing(words: Words, widthPx: number, samplesPerPixel: number): void {
  const rowLength = widthPx * samplesPerPixel;
  for (let row = 0; row + rowLength <= words.length; row += rowLength) {
    if (words instanceof BigUint64Array) undoRow64(words, row + samplesPerPixel, row + rowLength, samplesPerPixel);
    else if (words instanceof Uint8Array && samplesPerPixel === 3) undoRgbRow(words, row, rowLength);
    else if (samplesPerPixel === 1) undoSingleRow(words, row, rowLength);
    else undoRow(words, row + samplesPerPixel, row + rowLength, samplesPerPixel);
  }
}

function undoRow(words: Uint8Array | Uint16Array | Uint32Array, from: number, to: number, samplesPerPixel: number): void {
  for (let i = from; i < to; i++) words[i] = (words[i] ?? 0) + (words[i - samplesPerPixel] ?? 0);
}

function undoRow64(words: BigUint64Array, from: number, to: number, samplesPerPixel: number): void {
  for (let i = from; i < to; i++) words[i] = (words[i] ?? 0n) + (words[i - samplesPerPixel] ?? 0n);
}

function undoSingleRow(words: Uint8Array | Uint16Array | Uint32Array, row: number, rowLength: number): void {
  let sum = words[row] ?? 0;
  for (let i = row + 1; i < row + rowLength; i++) {
    sum = (sum + (words[i] ?? 0)) | 0;
    words[i] = sum;
  }
}

/** Sums may grow beyond a byte: only their lowest bits are stored. */
function undoRgbRow(samples: Uint8Array, row: number, rowLength: number): void {
  let red = samples[row] ?? 0;
  let green = samples[row + 1] ?? 0;
  let blue = samples[row + 2] ?? 0;
  for (let i = row + 3; i < row + rowLength; i += 3) {
    red = (red + (samples[i] ?? 0)) | 0;
    green = (green + (samples[i + 1] ?? 0)) | 0;
    blue = (blue + (samples[i + 2] ?? 0)) | 0;
    samples[i] = red;
    samples[i + 1] = green;
    samples[i + 2] = blue;
  }
}

/**
 * Undoes the floating point predictor (Adobe TIFF Technical Note 3, predictor 3): byte differences, then bytes of equal
 * significance gathered per row, most significant first whichever the file's byte order. Returns little-endian bytes.
 */
export function undoFloatPredictor(bytes: Uint8Array, widthPx: number, samplesPerPixel: number, bytesPerSample: number): Uint8Array {
  const rowSamples = widthPx * samplesPerPixel;
  const rowBytes = rowSamples * bytesPerSample;
  const out = new Uint8Array(bytes.length);
  for (let row = 0; row + rowBytes <= bytes.length; row += rowBytes) {
    for (let i = row + samplesPerPixel; i < row + rowBytes; i++) bytes[i] = (bytes[i] ?? 0) + (bytes[i - samplesPerPixel] ?? 0);
    for (let plane = 0; plane < bytesPerSample; plane++) {
      const from = row + plane * rowSamples;
      const to = row + bytesPerSample - 1 - plane;
      for (let i = 0; i < rowSamples; i++) out[to + i * bytesPerSample] = bytes[from + i] ?? 0;
    }
  }
  return out;
}
