import type { Window } from "@reefline/schema/grid";
import type { RasterArray, Samples } from "../array.ts";

/** Where a block lies among its image's blocks, and how large the image's blocks and the image are. */
interface BlockPlace {
  readonly blockCol: number;
  readonly blockRow: number;
}
interface BlockSize {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly blockWidthPx: number;
  readonly blockHeightPx: number;
}

export interface SampleCopy {
  /** Samples per pixel in the block. */
  readonly samplesPerPixel: number;
  /** Which of them go to bands firstBand, firstBand + 1, … of the output. */
  readonly from: readonly number[];
  readonly out: Samples;
  readonly outBands: number;
  readonly firstBand: number;
}

/** The pixels that block, window and image share, in image coordinates; `right` and `bottom` lie just outside. */
export function shared(size: BlockSize, { blockCol, blockRow }: BlockPlace, window: Window) {
  return {
    left: Math.max(window.colOff, blockCol * size.blockWidthPx),
    right: Math.min(window.colOff + window.widthPx, (blockCol + 1) * size.blockWidthPx, size.widthPx),
    top: Math.max(window.rowOff, blockRow * size.blockHeightPx),
    bottom: Math.min(window.rowOff + window.heightPx, (blockRow + 1) * size.blockHeightPx, size.heightPx),
  };
}

/** Copies a block's samples into a window's array and marks the pixels it wrote as valid. */
export function copySamples(
  block: Samples,
  size: BlockSize,
  place: BlockPlace,
  window: Window,
  copy: SampleCopy,
  valid: Uint8Array | null,
): void {
  const { left, right, top, bottom } = shared(size, place, window);
  const width = right - left;
  if (width <= 0) return;
  const { samplesPerPixel: spp, from, out, outBands, firstBand } = copy;
  const isWhole = spp === outBands && from.length === spp && from.every((sample, i) => sample === i);
  const isColoursOfFour = spp === 4 && outBands === 3 && from.length === 3 && from.every((sample, i) => sample === i);
  const words = isWhole ? wordsToCopy(block, out, width * spp) : null;
  for (let row = top; row < bottom; row++) {
    const source = ((row - place.blockRow * size.blockHeightPx) * size.blockWidthPx + (left - place.blockCol * size.blockWidthPx)) * spp;
    const pixel = (row - window.rowOff) * window.widthPx + (left - window.colOff);
    if (valid) valid.fill(1, pixel, pixel + width);
    const read = block.byteOffset + source;
    const write = out.byteOffset + pixel * outBands;
    if (words && ((read | write | (width * spp)) & 3) === 0) copyWords(words.from, read >> 2, words.to, write >> 2, (width * spp) >> 2);
    else if (isWhole) out.set(block.subarray(source, source + width * spp), pixel * outBands);
    else if (isColoursOfFour && block instanceof Uint8Array && out instanceof Uint8Array)
      copyThreeOfFour(block, source, out, pixel * 3, width);
    else {
      for (let i = 0; i < from.length; i++) {
        copyEvery(block, source + (from[i] ?? 0), spp, out, pixel * outBands + firstBand + i, outBands, width);
      }
    }
  }
}

/** The words of two buffers of bytes, for rows so short that making views of them takes longer than copying four bytes at a time. */
function wordsToCopy(from: Samples, to: Samples, rowBytes: number): { from: Int32Array; to: Int32Array } | null {
  if (rowBytes > 1024 || !(from instanceof Uint8Array && to instanceof Uint8Array)) return null;
  const wordsOf = ({ buffer }: Uint8Array) => new Int32Array(buffer, 0, buffer.byteLength >> 2);
  return { from: wordsOf(from), to: wordsOf(to) };
}

function copyWords(from: Int32Array, read: number, to: Int32Array, write: number, count: number): void {
  for (let i = 0; i < count; i++) to[write + i] = from[read + i] ?? 0;
}

/** Red, green, blue of red, green, blue, alpha, the usual case. */
function copyThreeOfFour(block: Uint8Array, from: number, out: Uint8Array, to: number, count: number): void {
  let read = from;
  for (let write = to; write < to + count * 3; write += 3, read += 4) {
    out[write] = block[read] ?? 0;
    out[write + 1] = block[read + 1] ?? 0;
    out[write + 2] = block[read + 2] ?? 0;
  }
}

function copyEvery(block: Samples, from: number, step: number, out: Samples, to: number, outStep: number, count: number): void {
  if (block instanceof Uint8Array && out instanceof Uint8Array) {
    copyEveryByte(block, from, step, out, to, outStep, count);
    return;
  }
  for (let i = 0, read = from, write = to; i < count; i++, read += step, write += outStep) out[write] = block[read] ?? 0;
}

function copyEveryByte(block: Uint8Array, from: number, step: number, out: Uint8Array, to: number, outStep: number, count: number): void {
  for (let i = 0, read = from, write = to; i < count; i++, read += step, write += outStep) out[write] = block[read] ?? 0;
}

/** Clears `valid` where a block of the mask says that nothing was measured; a block that is left out says so everywhere. */
export function copyMask(block: Uint8Array | null, size: BlockSize, place: BlockPlace, window: Window, valid: Uint8Array): void {
  const { left, right, top, bottom } = shared(size, place, window);
  for (let row = top; row < bottom; row++) {
    const source = (row - place.blockRow * size.blockHeightPx) * size.blockWidthPx - place.blockCol * size.blockWidthPx;
    const target = (row - window.rowOff) * window.widthPx - window.colOff;
    if (!block) valid.fill(0, target + left, target + right);
    else for (let col = left; col < right; col++) valid[target + col] = (valid[target + col] ?? 0) & (block[source + col] ?? 0);
  }
}

/**
 * Clears `valid` where the samples say that nothing was measured: in 8-bit images where every band is nodata (a dark pixel
 * with one zero is a measurement), in others where any band is, and wherever a float is not finite, which becomes 0.
 */
export function markNodata(array: RasterArray, nodata: number | null): void {
  const { data, valid, bandCount } = array;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (nodata === null && !isFloat) return;
  if (data instanceof Uint8Array) {
    if (nodata !== null) markBytes(data, valid, bandCount, nodata);
    return;
  }
  for (let pixel = 0, i = 0; pixel < valid.length; pixel++, i += bandCount) {
    for (let band = 0; band < bandCount; band++) {
      const value = data[i + band] ?? 0;
      if (isFloat && !Number.isFinite(value)) {
        valid[pixel] = 0;
        // A NaN would poison sums that give it no weight.
        data[i + band] = 0;
      } else if (value === nodata) valid[pixel] = 0;
    }
  }
}

function markBytes(data: Uint8Array, valid: Uint8Array, bandCount: number, nodata: number): void {
  if (bandCount === 1) {
    markSingleBand(data, valid, nodata);
    return;
  }
  for (let pixel = 0, i = 0; pixel < valid.length; pixel++, i += bandCount) {
    let band = 0;
    while (band < bandCount && data[i + band] === nodata) band++;
    if (band === bandCount) valid[pixel] = 0;
  }
}

/** Four pixels at a time where all or none are nodata, as nearly everywhere in a mask. */
function markSingleBand(data: Uint8Array, valid: Uint8Array, nodata: number): void {
  const isAligned = data.byteOffset % 4 === 0 && valid.byteOffset % 4 === 0;
  const wordCount = isAligned ? valid.length >> 2 : 0;
  const dataWords = new Int32Array(data.buffer, isAligned ? data.byteOffset : 0, wordCount);
  const validWords = new Int32Array(valid.buffer, isAligned ? valid.byteOffset : 0, wordCount);
  const pattern = Math.imul(nodata, 0x01010101);
  for (let word = 0; word < wordCount; word++) {
    const difference = (dataWords[word] ?? 0) ^ pattern;
    if (difference === 0) validWords[word] = 0;
    // The bit trick that finds a zero byte in a word.
    else if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0)
      for (let pixel = word * 4; pixel < word * 4 + 4; pixel++) if (data[pixel] === nodata) valid[pixel] = 0;
  }
  for (let pixel = wordCount * 4; pixel < valid.length; pixel++) if (data[pixel] === nodata) valid[pixel] = 0;
}

/** Divides colours by an alpha they were multiplied with; fully opaque pixels stay as they are. */
export function unpremultiply(array: RasterArray, alpha: Samples): void {
  const isFloat = alpha instanceof Float32Array || alpha instanceof Float64Array;
  const full = alpha instanceof Uint8Array ? 255 : isFloat ? 1 : alpha instanceof Int16Array ? 32_767 : 65_535;
  const { data, bandCount } = array;
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const a = alpha[pixel] ?? 0;
    if (a === full || a <= 0) continue;
    for (let i = pixel * bandCount; i < (pixel + 1) * bandCount; i++) {
      const value = ((data[i] ?? 0) * full) / a;
      data[i] = Math.min(full, isFloat ? value : Math.round(value));
    }
  }
}
