// AssemblyScript: the inner loop of quickColours.ts, compiled into coloursKernel.ts by bin/compileKernel.mjs.
// asc: --enable simd --initialMemory 1

/**
 * One row of a tile: `count` pixels of three bytes, each blended from the four of `source` around its place. Places are in 1/256 pixel and lie
 * between 0 and `lastX`, `lastY`. Up to 5 bytes are read beyond the source, one is written beyond the row.
 * @param crisp takes the pixel at the place as it is
 */
export function blendRow(
  source: usize,
  bandCount: i32,
  rowStep: i32,
  out: usize,
  count: i32,
  startX: f64,
  startY: f64,
  stepX: f64,
  stepY: f64,
  lastX: i32,
  lastY: i32,
  crisp: bool,
): void {
  const half = i32x4.splat(1 << 15);
  for (let i = 0; i < count; i++, out += 3) {
    let px = <i32>(startX + stepX * <f64>i);
    let py = <i32>(startY + stepY * <f64>i);
    px = max(0, min(lastX, px));
    py = max(0, min(lastY, py));
    const at = source + (py >> 8) * rowStep + (px >> 8) * bandCount;
    if (crisp) {
      const pixel = load<u32>(at);
      store<u32>(out, bandCount == 1 ? (pixel & 255) * 0x010101 : pixel);
      continue;
    }
    const fx = px & 255;
    const fy = py & 255;
    const right = at + (px < lastX ? bandCount : 0);
    const below = py < lastY ? rowStep : 0;
    const w = fx * fy;
    const wRight = (fx << 8) - w;
    const wBelow = (fy << 8) - w;
    const wHere = 65536 - wRight - wBelow - w;
    const here = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
    const beside = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(right)));
    const under = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at + below)));
    const corner = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(right + below)));
    let sum = i32x4.add(i32x4.mul(here, i32x4.splat(wHere)), half);
    sum = i32x4.add(sum, i32x4.mul(beside, i32x4.splat(wRight)));
    sum = i32x4.add(sum, i32x4.mul(under, i32x4.splat(wBelow)));
    sum = i32x4.shr_u(i32x4.add(sum, i32x4.mul(corner, i32x4.splat(w))), 16);
    if (bandCount == 1) store<u32>(out, i32x4.extract_lane(sum, 0) * 0x010101);
    else {
      const words = i16x8.narrow_i32x4_u(sum, sum);
      store<u32>(out, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
    }
  }
}
