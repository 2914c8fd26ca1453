// AssemblyScript: the mean of bytes for overviews whose sizes do not halve evenly; run by averageBytes.ts.
// asc: --enable simd --initialMemory 4
// Sixteen bytes may be read beyond rows and sums, and written beyond the answer.

/**
 * Rows put together, each with its weight (0 … 2048, 2048 in all): sums as i32.
 * @param second, third addresses of the further rows; where a weight is 0 any row
 */
export function addRows(first: usize, second: usize, third: usize, length: i32, w0: i32, w1: i32, w2: i32, sums: usize): void {
  const upper = i32x4.splat((w1 << 16) | w0);
  const lower = i32x4.splat(w2);
  const zero = i8x16.splat(0);
  for (let i = 0; i < length; i += 16, sums += 64) {
    const a = v128.load(first + i);
    const b = v128.load(second + i);
    const c = v128.load(third + i);
    // Bytes of the first two rows side by side, as 16 bits.
    const ab0 = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const ab1 = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const c0 = v128.shuffle<i8>(c, zero, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const c1 = v128.shuffle<i8>(c, zero, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    v128.store(sums, i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(ab0), upper), i32x4.mul(i32x4.extend_low_i16x8_u(c0), lower)));
    v128.store(sums, i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(ab0), upper), i32x4.mul(i32x4.extend_high_i16x8_u(c0), lower)), 16);
    v128.store(sums, i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(ab1), upper), i32x4.mul(i32x4.extend_low_i16x8_u(c1), lower)), 32);
    v128.store(sums, i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(ab1), upper), i32x4.mul(i32x4.extend_high_i16x8_u(c1), lower)), 48);
  }
}

/**
 * Columns put together: for each target column the three sums from `firsts[col]` − `start` on, with `weights[3 col]` …, rounded half up.
 * @param firsts i32 for each target column, @param weights three i32 for each
 * @param nodata moves by one where a mean equals it; −1: none
 */
export function addColumns(sums: usize, firsts: usize, weights: usize, count: i32, start: i32, bandCount: i32, nodata: i32, out: usize): void {
  const half = i32x4.splat(1 << 21);
  const pixelBytes = <usize>bandCount << 2;
  let write = out;
  for (let col = 0; col < count; col++, firsts += 4, weights += 12, write += bandCount) {
    const at = sums + <usize>(load<i32>(firsts) - start) * pixelBytes;
    const w0 = v128.load32_splat(weights);
    const w1 = v128.load32_splat(weights, 4);
    const w2 = v128.load32_splat(weights, 8);
    for (let band = 0; band < bandCount; band += 4) {
      const place = at + (<usize>band << 2);
      const sum = i32x4.add(
        i32x4.add(i32x4.mul(v128.load(place), w0), i32x4.mul(v128.load(place + pixelBytes), w1)),
        i32x4.add(i32x4.mul(v128.load(place + 2 * pixelBytes), w2), half),
      );
      const means = i32x4.shr_u(sum, 22);
      const words = i16x8.narrow_i32x4_u(means, means);
      v128.store32_lane(write + band, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
  if (nodata < 0) return;
  const wanted = i8x16.splat(<i8>nodata);
  for (let at = out; at < write; at += 16) {
    const values = v128.load(at);
    const equal = i8x16.eq(values, wanted);
    v128.store(at, nodata == 255 ? i8x16.add(values, equal) : i8x16.sub(values, equal));
  }
}

// @ts-ignore: decorator
@inline
function addRowsOf<T>(first: usize, second: usize, third: usize, length: i32, w0: f64, w1: f64, w2: f64, sums: usize): void {
  for (let i = 0; i < length; i++, first += sizeof<T>(), second += sizeof<T>(), third += sizeof<T>(), sums += 8) {
    const upper = w0 * <f64>load<T>(first) + w1 * <f64>load<T>(second);
    store<f64>(sums, w2 == 0 ? upper : upper + w2 * <f64>load<T>(third));
  }
}

/**
 * The same of wider samples and any weights: sums as f64.
 * @param kind 0: u16, 1: i16, 2: f32
 */
export function addWideRows(kind: i32, first: usize, second: usize, third: usize, length: i32, w0: f64, w1: f64, w2: f64, sums: usize): void {
  if (kind == 0) addRowsOf<u16>(first, second, third, length, w0, w1, w2, sums);
  else if (kind == 1) addRowsOf<i16>(first, second, third, length, w0, w1, w2, sums);
  else addRowsOf<f32>(first, second, third, length, w0, w1, w2, sums);
}

// @ts-ignore: decorator
@inline
function addColumnsOf<T>(
  sums: usize,
  firsts: usize,
  weights: usize,
  count: i32,
  start: i32,
  bandCount: i32,
  perRow: f64,
  nodata: f64,
  out: usize,
): void {
  const pixelBytes = <usize>bandCount << 3;
  for (let col = 0; col < count; col++, firsts += 4, weights += 24) {
    let place = sums + <usize>(load<i32>(firsts) - start) * pixelBytes;
    const w0 = load<f64>(weights);
    const w1 = load<f64>(weights, 8);
    const w2 = load<f64>(weights, 16);
    const per = perRow / (w0 + w1 + w2);
    for (let band = 0; band < bandCount; band++, place += 8, out += sizeof<T>()) {
      const mean = (w0 * load<f64>(place) + w1 * load<f64>(place + pixelBytes) + w2 * load<f64>(place + 2 * pixelBytes)) * per;
      // Sums carry rounding of their own: without the nudge 12.5 could land on either side.
      const value = isFloat<T>() ? mean : Math.floor(mean + 0.5 + 1e-9);
      const kept = value == nodata ? value + 1 : value;
      if (isFloat<T>()) store<f32>(out, <f32>kept);
      else store<u16>(out, <u16>(<i32>kept));
    }
  }
}

/**
 * The same of sums by `addWideRows`. @param weights three f64 for each target column, @param perRow 1 over the rows' weights,
 * @param nodata NaN: none
 */
export function addWideColumns(
  kind: i32,
  sums: usize,
  firsts: usize,
  weights: usize,
  count: i32,
  start: i32,
  bandCount: i32,
  perRow: f64,
  nodata: f64,
  out: usize,
): void {
  if (kind == 2) addColumnsOf<f32>(sums, firsts, weights, count, start, bandCount, perRow, nodata, out);
  else addColumnsOf<u16>(sums, firsts, weights, count, start, bandCount, perRow, nodata, out);
}
