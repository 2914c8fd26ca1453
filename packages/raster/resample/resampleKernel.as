// AssemblyScript: one row of `resampleBytes`, compiled into resampleKernel.ts by bin/compileKernel.mjs.
// asc: --enable simd --initialMemory 1
// Every argument named by a table or a row is an address in the memory, which the caller lays out; nothing is allocated.

const HALF: i32 = 1 << 21;
const BOTH_BITS: i32 = 22;

/**
 * Weighted sums down the columns: sums[i] (+)= weight · row[i], `count` of them. Reads and writes up to 15 beyond.
 * @param isFirst begins the sums instead of adding to them
 */
export function addRow(row: usize, count: i32, weight: i32, sums: usize, isFirst: bool): void {
  const factor = i16x8.splat(<i16>weight);
  for (let i = 0; i < count; i += 16) {
    const bytes = v128.load(row + i);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    let a = i32x4.extmul_low_i16x8_s(low, factor);
    let b = i32x4.extmul_high_i16x8_s(low, factor);
    let c = i32x4.extmul_low_i16x8_s(high, factor);
    let d = i32x4.extmul_high_i16x8_s(high, factor);
    const at = sums + (i << 2);
    if (!isFirst) {
      a = i32x4.add(a, v128.load(at));
      b = i32x4.add(b, v128.load(at, 16));
      c = i32x4.add(c, v128.load(at, 32));
      d = i32x4.add(d, v128.load(at, 48));
    }
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
}

/** `row` is 0 wherever `valid` is: what was not measured weighs nothing. */
export function clearInvalid(row: usize, valid: usize, pixels: i32, bandCount: i32): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (load<u8>(valid + pixel)) continue;
    for (let i = pixel * bandCount, end = i + bandCount; i < end; i++) store<u8>(row + i, 0);
  }
}

/**
 * Along the row: total[t] = Σ weights[start[t] + i] · sums[(first[t] − low + i) · bandCount + band] of up to four bands, four words each;
 * and as bytes where all weights are there. Writes up to 3 bytes beyond.
 */
export function narrowBands(
  sums: usize,
  bandCount: i32,
  width: i32,
  low: i32,
  first: usize,
  count: usize,
  start: usize,
  weights: usize,
  totals: usize,
  out: usize,
): void {
  const step = bandCount << 2;
  const half = i32x4.splat(HALF);
  for (let t = 0; t < width; t++) {
    const taps = load<i32>(count + (t << 2));
    let at = sums + (load<i32>(first + (t << 2)) - low) * step;
    let weight = weights + (load<i32>(start + (t << 2)) << 2);
    let total = i32x4.splat(0);
    for (let i = 0; i < taps; i++, at += step, weight += 4) total = i32x4.add(total, i32x4.mul(v128.load(at), v128.load32_splat(weight)));
    v128.store(totals + (t << 4), total);
    const rounded = i32x4.shr_s(i32x4.add(total, half), BOTH_BITS);
    const words = i16x8.narrow_i32x4_s(rounded, rounded);
    v128.store32_lane(out + t * bandCount, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/** The same of one number per pixel, without rounding: the weight that is valid. */
export function narrowOne(
  sums: usize,
  width: i32,
  low: i32,
  first: usize,
  count: usize,
  start: usize,
  weights: usize,
  totals: usize,
): void {
  for (let t = 0; t < width; t++) {
    const taps = load<i32>(count + (t << 2));
    let at = sums + ((load<i32>(first + (t << 2)) - low) << 2);
    let weight = weights + (load<i32>(start + (t << 2)) << 2);
    let total = 0;
    for (let i = 0; i < taps; i++, at += 4, weight += 4) total += load<i32>(at) * load<i32>(weight);
    store<i32>(totals + (t << 2), total);
  }
}
