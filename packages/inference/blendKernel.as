// AssemblyScript: the rows of `ColumnBlend`, compiled into blendKernel.ts by bin/compileKernel.mjs.
// asc: --enable simd --initialMemory 1
// Every argument named by a row is an address in the memory, which the caller lays out with 64 bytes to spare after each; nothing is
// allocated. Rows are worked through eight pixels at a time, so that a few beyond their end are read and written.

/** As in blendWeights.ts. */
const WEIGHT_BITS: i32 = 14;
const SCALE: f32 = 65534;
const ROUNDED_ONE: f32 = 1.5;

/** Four probabilities → 1 + 65534 p, 0 where `keep` is 0. */
// @ts-ignore: decorator
@inline
function wide(plane: usize, keep: v128): v128 {
  const scaled = f32x4.add(f32x4.mul(v128.load(plane), f32x4.splat(SCALE)), f32x4.splat(ROUNDED_ONE));
  return v128.and(i32x4.trunc_sat_f32x4_s(scaled), i32x4.neg(keep));
}

/** values[i] = probability i alone, as 16 bits. */
export function alone(plane: usize, keep: usize, count: i32, values: usize): void {
  for (let i = 0; i < count; i += 8) {
    const kept = v128.load8x8_u(keep + i);
    const a = wide(plane + (i << 2), i32x4.extend_low_i16x8_u(kept));
    const b = wide(plane + (i << 2) + 16, i32x4.extend_high_i16x8_u(kept));
    v128.store(values + (i << 1), i16x8.narrow_i32x4_u(a, b));
  }
}

/** values[i] = (weights[i] · probability i + carried[i]) / 2^14, rounded; 0 where `keep` is 0. */
export function blended(plane: usize, keep: usize, count: i32, weights: usize, carried: usize, values: usize): void {
  const half = i32x4.splat(1 << (WEIGHT_BITS - 1));
  for (let i = 0; i < count; i += 8) {
    const kept = v128.load8x8_u(keep + i);
    const at = i << 2;
    const keepA = i32x4.extend_low_i16x8_u(kept);
    const keepB = i32x4.extend_high_i16x8_u(kept);
    let a = i32x4.mul(wide(plane + at, keepA), v128.load(weights + at));
    let b = i32x4.mul(wide(plane + at + 16, keepB), v128.load(weights + at + 16));
    a = i32x4.shr_s(i32x4.add(i32x4.add(a, v128.load(carried + at)), half), WEIGHT_BITS);
    b = i32x4.shr_s(i32x4.add(i32x4.add(b, v128.load(carried + at + 16)), half), WEIGHT_BITS);
    a = v128.and(a, i32x4.neg(keepA));
    b = v128.and(b, i32x4.neg(keepB));
    v128.store(values + (i << 1), i16x8.narrow_i32x4_u(a, b));
  }
}

/** carried[i] = weights[i] · probability i; `count` is a multiple of eight. */
export function carry(plane: usize, keep: usize, count: i32, weights: usize, carried: usize): void {
  for (let i = 0; i < count; i += 8) {
    const kept = v128.load8x8_u(keep + i);
    const at = i << 2;
    v128.store(carried + at, i32x4.mul(wide(plane + at, i32x4.extend_low_i16x8_u(kept)), v128.load(weights + at)));
    v128.store(carried + at + 16, i32x4.mul(wide(plane + at + 16, i32x4.extend_high_i16x8_u(kept)), v128.load(weights + at + 16)));
  }
}

/** Four values of 16 bits → 1 + 254 v, 0 for 0. Dividing by 65534: the quotient by 65536 and what that leaves out. */
// @ts-ignore: decorator
@inline
function narrow(value: v128): v128 {
  const one = i32x4.splat(1);
  const x = i32x4.add(i32x4.mul(i32x4.sub(value, one), i32x4.splat(254)), i32x4.splat(32767));
  const quotient = i32x4.shr_s(i32x4.add(i32x4.add(x, i32x4.shr_s(x, 15)), one), 16);
  return v128.andnot(i32x4.add(quotient, one), i32x4.eq(value, i32x4.splat(0)));
}

/** Values of 16 bits → the bytes of the raster. */
export function toBytes(values: usize, count: i32, bytes: usize): void {
  for (let i = 0; i < count; i += 8) {
    const eight = v128.load(values + (i << 1));
    const words = i16x8.narrow_i32x4_s(narrow(i32x4.extend_low_i16x8_u(eight)), narrow(i32x4.extend_high_i16x8_u(eight)));
    v128.store64_lane(bytes + i, i8x16.narrow_i16x8_u(words, words), 0);
  }
}
