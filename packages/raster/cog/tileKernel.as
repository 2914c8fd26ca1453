// AssemblyScript: what a tile's samples go through before deflate (tileSamples.ts), on the memory that deflateEncode.ts works on.
// asc: --initialMemory 32 --enable simd

// Free until deflate begins: bins of a histogram, then what was found.
const BINS: usize = 0x80000; // u32 × 4096
const FOUND: usize = 0x84000; // f64 × 3

// @ts-ignore: decorator
@inline
function differenceRow<T>(start: usize, end: usize, stride: usize): void {
  // From the end, so that what lies before is still what it was; loads of both before the store, so that they may overlap.
  let at = end;
  while (at >= start + stride + 16) {
    at -= 16;
    const here = v128.load(at);
    const before = v128.load(at - stride);
    v128.store(at, v128.sub<T>(here, before));
  }
  while (at >= start + stride + sizeof<T>()) {
    at -= sizeof<T>();
    store<T>(at, (load<T>(at) - load<T>(at - stride)) as T);
  }
}

/** Differences of samples of `sampleBytes` (1, 2 or 4) from the same band's one before, row by row, in place (TIFF 6.0 §14). */
export function difference(at: usize, rowBytes: usize, rows: i32, stride: usize, sampleBytes: i32): void {
  for (let row = 0; row < rows; row++, at += rowBytes) {
    if (sampleBytes == 1) differenceRow<i8>(at, at + rowBytes, stride);
    else if (sampleBytes == 2) differenceRow<i16>(at, at + rowBytes, stride);
    else differenceRow<i32>(at, at + rowBytes, stride);
  }
}

/** Bytes of 32-bit samples by significance, the highest of a whole row first (Adobe Technical Note 3). */
export function partBytes(from: usize, to: usize, rowSamples: usize, rows: i32): void {
  for (let row = 0; row < rows; row++, from += rowSamples << 2, to += rowSamples << 2) {
    let i: usize = 0;
    for (; i + 16 <= rowSamples; i += 16) {
      const source = from + (i << 2);
      const a = v128.load(source);
      const b = v128.load(source, 16);
      const c = v128.load(source, 32);
      const d = v128.load(source, 48);
      // The lower, then the upper two bytes of eight samples.
      const ab0 = v128.shuffle<i8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
      const cd0 = v128.shuffle<i8>(c, d, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
      const ab2 = v128.shuffle<i8>(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
      const cd2 = v128.shuffle<i8>(c, d, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
      v128.store(to + i + 3 * rowSamples, v128.shuffle<i64>(ab0, cd0, 0, 2));
      v128.store(to + i + 2 * rowSamples, v128.shuffle<i64>(ab0, cd0, 1, 3));
      v128.store(to + i + rowSamples, v128.shuffle<i64>(ab2, cd2, 0, 2));
      v128.store(to + i, v128.shuffle<i64>(ab2, cd2, 1, 3));
    }
    for (; i < rowSamples; i++) {
      const sample = load<u32>(from + (i << 2));
      store<u8>(to + i, sample >> 24);
      store<u8>(to + i + rowSamples, sample >> 16);
      store<u8>(to + i + 2 * rowSamples, sample >> 8);
      store<u8>(to + i + 3 * rowSamples, sample);
    }
  }
}

// @ts-ignore: decorator
@inline
function rangeOf<T>(at: usize, widthPx: i32, heightPx: i32, pitch: usize, step: usize, masked: bool, valid: usize, validPitch: usize): void {
  let low: T = 0;
  let high: T = 0;
  let isFirst = true;
  for (let row = 0; row < heightPx; row++, at += pitch, valid += validPitch) {
    const end = at + <usize>widthPx * step;
    let look = valid;
    for (let place = at; place < end; place += step) {
      if (masked && load<u8>(look++) == 0) continue;
      const value = load<T>(place);
      if (isFirst) {
        low = value;
        high = value;
        isFirst = false;
      }
      low = min(low, value);
      high = max(high, value);
    }
  }
  store<f64>(FOUND, <f64>low);
  store<f64>(FOUND + 8, <f64>high);
}

/**
 * The least and greatest sample of one band, into FOUND.
 * @param kind 0: u16, 1: i16, 2: f32
 * @param pitch bytes from a row to the next
 * @param step bytes from a sample to the band's next
 * @param valid a byte for each pixel, 0 where it does not count; 0: all count, else at least one does
 */
export function range(kind: i32, at: usize, widthPx: i32, heightPx: i32, pitch: usize, step: usize, valid: usize, validPitch: usize): void {
  if (valid == 0) {
    if (kind == 0) rangeOf<u16>(at, widthPx, heightPx, pitch, step, false, 0, 0);
    else if (kind == 1) rangeOf<i16>(at, widthPx, heightPx, pitch, step, false, 0, 0);
    else rangeOf<f32>(at, widthPx, heightPx, pitch, step, false, 0, 0);
  } else if (kind == 0) rangeOf<u16>(at, widthPx, heightPx, pitch, step, true, valid, validPitch);
  else if (kind == 1) rangeOf<i16>(at, widthPx, heightPx, pitch, step, true, valid, validPitch);
  else rangeOf<f32>(at, widthPx, heightPx, pitch, step, true, valid, validPitch);
}

// @ts-ignore: decorator
@inline
function countOf<T>(
  at: usize,
  widthPx: i32,
  heightPx: i32,
  pitch: usize,
  step: usize,
  scale: f64,
  firstBin: f64,
  middle: f64,
  masked: bool,
  valid: usize,
  validPitch: usize,
): void {
  let sum: f64 = 0;
  let squares: f64 = 0;
  let count: i32 = 0;
  for (let row = 0; row < heightPx; row++, at += pitch, valid += validPitch) {
    const end = at + <usize>widthPx * step;
    let look = valid;
    for (let place = at; place < end; place += step) {
      if (masked && load<u8>(look++) == 0) continue;
      const value = <f64>load<T>(place);
      const bin = BINS + (<usize>(Math.floor(value * scale) - firstBin) << 2);
      store<u32>(bin, load<u32>(bin) + 1);
      const difference = value - middle;
      sum += difference;
      squares += difference * difference;
      if (masked) count++;
    }
  }
  store<f64>(FOUND, sum);
  store<f64>(FOUND + 8, squares);
  store<f64>(FOUND + 16, <f64>(masked ? count : widthPx * heightPx));
}

/**
 * Counts one band's samples into `bins` bins; into FOUND the sums of their differences from `middle` and of those squared, and how many they
 * are.
 */
export function count(
  kind: i32,
  at: usize,
  widthPx: i32,
  heightPx: i32,
  pitch: usize,
  step: usize,
  bins: i32,
  scale: f64,
  firstBin: f64,
  middle: f64,
  valid: usize,
  validPitch: usize,
): void {
  memory.fill(BINS, 0, <usize>bins << 2);
  if (valid == 0) {
    if (kind == 0) countOf<u16>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, false, 0, 0);
    else if (kind == 1) countOf<i16>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, false, 0, 0);
    else countOf<f32>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, false, 0, 0);
  } else if (kind == 0) countOf<u16>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, true, valid, validPitch);
  else if (kind == 1) countOf<i16>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, true, valid, validPitch);
  else countOf<f32>(at, widthPx, heightPx, pitch, step, scale, firstBin, middle, true, valid, validPitch);
}
