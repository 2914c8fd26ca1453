// AssemblyScript: what TensorFlow.js' WebAssembly backend lacks for training, compiled into trainingKernel.ts by bin/compileKernel.mjs.
// asc: --enable simd --initialMemory 1
// Works in the backend's own memory: every argument named by a tensor is the address of its float32 values, NHWC. Nothing is allocated.

// @ts-ignore: decorator
@inline
function most(a: i32, b: i32): i32 {
  return a > b ? a : b;
}

// @ts-ignore: decorator
@inline
function least(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

/** The first output column whose input column lies in the image. */
// @ts-ignore: decorator
@inline
function firstInside(tap: i32, pad: i32, stride: i32): i32 {
  return most(0, (pad - tap + stride - 1) / stride);
}

/** One after the last output column whose input column lies in the image. */
// @ts-ignore: decorator
@inline
function endInside(tap: i32, pad: i32, stride: i32, inSize: i32, outSize: i32): i32 {
  const last = inSize - 1 + pad - tap;
  return last < 0 ? 0 : least(outSize, last / stride + 1);
}

/** The upper two lanes, in the lower two's place. */
// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 1);
}

// @ts-ignore: decorator
@inline
function storeSums(to: usize, low: v128, high: v128): void {
  store<f32>(to, <f32>f64x2.extract_lane(low, 0));
  store<f32>(to, <f32>f64x2.extract_lane(low, 1), 4);
  store<f32>(to, <f32>f64x2.extract_lane(high, 0), 8);
  store<f32>(to, <f32>f64x2.extract_lane(high, 1), 12);
}

// Pixels summed before a block of the gradient goes back to memory.
const GROUP: i32 = 256;

/** dw [k, k, ci, co] = Σ over pixels of x at the tap × dy. `dw` must hold zeros. */
export function filterGradient(
  x: usize, dy: usize, dw: usize,
  n: i32, h: i32, w: i32, ci: i32, oh: i32, ow: i32, co: i32,
  k: i32, stride: i32, padTop: i32, padLeft: i32,
): void {
  const rows = most(1, GROUP / ow);
  for (let image = 0; image < n; image++) {
    for (let from = 0; from < oh; from += rows) {
      const to = least(oh, from + rows);
      for (let ky = 0; ky < k; ky++) {
        const yFrom = most(from, firstInside(ky, padTop, stride));
        const yTo = least(to, endInside(ky, padTop, stride, h, oh));
        for (let kx = 0; kx < k; kx++) {
          const xFrom = firstInside(kx, padLeft, stride);
          const xTo = endInside(kx, padLeft, stride, w, ow);
          if (yFrom >= yTo || xFrom >= xTo) continue;
          const count = xTo - xFrom;
          const xStep = (stride * ci) << 2;
          const xRow = (stride * w * ci) << 2;
          const dyRow = (ow * co) << 2;
          const x0 = x + ((((image * h + yFrom * stride + ky - padTop) * w + xFrom * stride + kx - padLeft) * ci) << 2);
          const dy0 = dy + ((((image * oh + yFrom) * ow + xFrom) * co) << 2);
          const dw0 = dw + (((ky * k + kx) * ci * co) << 2);
          let o = 0;
          for (; o + 8 <= co; o += 8) {
            let c = 0;
            for (; c + 4 <= ci; c += 4) {
              fourByEight(x0 + (c << 2), dy0 + (o << 2), dw0 + ((c * co + o) << 2), yTo - yFrom, count, xStep, xRow, dyRow, co);
            }
            for (; c < ci; c++) {
              oneByEight(x0 + (c << 2), dy0 + (o << 2), dw0 + ((c * co + o) << 2), yTo - yFrom, count, xStep, xRow, dyRow, co);
            }
          }
          for (; o < co; o++) {
            for (let c = 0; c < ci; c++) {
              oneByOne(x0 + (c << 2), dy0 + (o << 2), dw0 + ((c * co + o) << 2), yTo - yFrom, count, xStep, xRow, dyRow, co);
            }
          }
        }
      }
    }
  }
}

function fourByEight(x0: usize, dy0: usize, dw: usize, rows: i32, count: i32, xStep: i32, xRow: i32, dyRow: i32, co: i32): void {
  const dwRow = co << 2;
  const dyStep = co << 2;
  let a0 = v128.load(dw), a1 = v128.load(dw, 16);
  let b0 = v128.load(dw + dwRow), b1 = v128.load(dw + dwRow, 16);
  let c0 = v128.load(dw + 2 * dwRow), c1 = v128.load(dw + 2 * dwRow, 16);
  let d0 = v128.load(dw + 3 * dwRow), d1 = v128.load(dw + 3 * dwRow, 16);
  for (let row = 0; row < rows; row++) {
    let px = x0 + row * xRow;
    let pd = dy0 + row * dyRow;
    for (let i = 0; i < count; i++) {
      const g0 = v128.load(pd);
      const g1 = v128.load(pd, 16);
      let v = v128.load32_splat(px);
      a0 = f32x4.add(a0, f32x4.mul(v, g0));
      a1 = f32x4.add(a1, f32x4.mul(v, g1));
      v = v128.load32_splat(px, 4);
      b0 = f32x4.add(b0, f32x4.mul(v, g0));
      b1 = f32x4.add(b1, f32x4.mul(v, g1));
      v = v128.load32_splat(px, 8);
      c0 = f32x4.add(c0, f32x4.mul(v, g0));
      c1 = f32x4.add(c1, f32x4.mul(v, g1));
      v = v128.load32_splat(px, 12);
      d0 = f32x4.add(d0, f32x4.mul(v, g0));
      d1 = f32x4.add(d1, f32x4.mul(v, g1));
      px += xStep;
      pd += dyStep;
    }
  }
  v128.store(dw, a0);
  v128.store(dw, a1, 16);
  v128.store(dw + dwRow, b0);
  v128.store(dw + dwRow, b1, 16);
  v128.store(dw + 2 * dwRow, c0);
  v128.store(dw + 2 * dwRow, c1, 16);
  v128.store(dw + 3 * dwRow, d0);
  v128.store(dw + 3 * dwRow, d1, 16);
}

function oneByEight(x0: usize, dy0: usize, dw: usize, rows: i32, count: i32, xStep: i32, xRow: i32, dyRow: i32, co: i32): void {
  let a0 = v128.load(dw), a1 = v128.load(dw, 16);
  for (let row = 0; row < rows; row++) {
    let px = x0 + row * xRow;
    let pd = dy0 + row * dyRow;
    for (let i = 0; i < count; i++) {
      const v = v128.load32_splat(px);
      a0 = f32x4.add(a0, f32x4.mul(v, v128.load(pd)));
      a1 = f32x4.add(a1, f32x4.mul(v, v128.load(pd, 16)));
      px += xStep;
      pd += co << 2;
    }
  }
  v128.store(dw, a0);
  v128.store(dw, a1, 16);
}

function oneByOne(x0: usize, dy0: usize, dw: usize, rows: i32, count: i32, xStep: i32, xRow: i32, dyRow: i32, co: i32): void {
  let sum: f32 = 0;
  for (let row = 0; row < rows; row++) {
    let px = x0 + row * xRow;
    let pd = dy0 + row * dyRow;
    for (let i = 0; i < count; i++) {
      sum += load<f32>(px) * load<f32>(pd);
      px += xStep;
      pd += co << 2;
    }
  }
  store<f32>(dw, load<f32>(dw) + sum);
}

/** [k, k, ci, co] → [k, k, co, ci], both sides turned round. */
export function turnKernel(kernel: usize, turned: usize, k: i32, ci: i32, co: i32): void {
  const taps = k * k;
  for (let tap = 0; tap < taps; tap++) {
    const from = kernel + ((tap * ci * co) << 2);
    const to = turned + (((taps - 1 - tap) * ci * co) << 2);
    for (let c = 0; c < ci; c++) {
      for (let o = 0; o < co; o++) store<f32>(to + ((o * ci + c) << 2), load<f32>(from + ((c * co + o) << 2)));
    }
  }
}

/** Puts dy [n, oh, ow, c] into `spread` [n, sh, sw, c], which must hold zeros: `stride` apart, from (top, left) on. */
export function spreadOut(dy: usize, spread: usize, n: i32, oh: i32, ow: i32, c: i32, sh: i32, sw: i32, stride: i32, top: i32, left: i32): void {
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < oh; row++) {
      const from = dy + (((image * oh + row) * ow * c) << 2);
      const to = spread + ((((image * sh + top + row * stride) * sw + left) * c) << 2);
      if (stride == 1) {
        memory.copy(to, from, (ow * c) << 2);
      } else {
        for (let col = 0; col < ow; col++) memory.copy(to + ((col * stride * c) << 2), from + ((col * c) << 2), c << 2);
      }
    }
  }
}

/** dw [k, k, c] = Σ over pixels of x at the tap · dy, per channel. `dw` must hold zeros. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, dw: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  k: i32, stride: i32, padTop: i32, padLeft: i32,
): void {
  const xStep = (stride * c) << 2;
  const dyStep = c << 2;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ky = 0; ky < k; ky++) {
        const iy = oy * stride + ky - padTop;
        if (iy < 0 || iy >= h) continue;
        for (let kx = 0; kx < k; kx++) {
          const from = firstInside(kx, padLeft, stride);
          const to = endInside(kx, padLeft, stride, w, ow);
          const x0 = x + (((image * h + iy) * w + from * stride + kx - padLeft) * c << 2);
          const dy0 = dy + (((image * oh + oy) * ow + from) * c << 2);
          const dw0 = dw + ((ky * k + kx) * c << 2);
          let ch = 0;
          for (; ch + 4 <= c; ch += 4) {
            let px = x0 + (ch << 2), pd = dy0 + (ch << 2);
            let sum = v128.load(dw0 + (ch << 2));
            for (let ox = from; ox < to; ox++) {
              sum = f32x4.add(sum, f32x4.mul(v128.load(px), v128.load(pd)));
              px += xStep;
              pd += dyStep;
            }
            v128.store(dw0 + (ch << 2), sum);
          }
          for (; ch < c; ch++) {
            let px = x0 + (ch << 2), pd = dy0 + (ch << 2);
            let sum = load<f32>(dw0 + (ch << 2));
            for (let ox = from; ox < to; ox++) {
              sum += load<f32>(px) * load<f32>(pd);
              px += xStep;
              pd += dyStep;
            }
            store<f32>(dw0 + (ch << 2), sum);
          }
        }
      }
    }
  }
}

/** dx [n, h, w, c] = Σ over taps of dy · kernel [k, k, c], per channel. `dx` must hold zeros. */
export function depthwiseInputGradient(
  dy: usize, kernel: usize, dx: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  k: i32, stride: i32, padTop: i32, padLeft: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ky = 0; ky < k; ky++) {
        const iy = oy * stride + ky - padTop;
        if (iy < 0 || iy >= h) continue;
        for (let kx = 0; kx < k; kx++) {
          const from = firstInside(kx, padLeft, stride);
          const to = endInside(kx, padLeft, stride, w, ow);
          const kernel0 = kernel + ((ky * k + kx) * c << 2);
          for (let ox = from; ox < to; ox++) {
            const px = dx + (((image * h + iy) * w + ox * stride + kx - padLeft) * c << 2);
            const pd = dy + (((image * oh + oy) * ow + ox) * c << 2);
            let ch = 0;
            for (; ch + 4 <= c; ch += 4) {
              const at = <usize>(ch << 2);
              v128.store(px + at, f32x4.add(v128.load(px + at), f32x4.mul(v128.load(pd + at), v128.load(kernel0 + at))));
            }
            for (; ch < c; ch++) {
              const at = <usize>(ch << 2);
              store<f32>(px + at, load<f32>(px + at) + load<f32>(pd + at) * load<f32>(kernel0 + at));
            }
          }
        }
      }
    }
  }
}

/** sum [c] = Σ over rows of values [rows, c]. */
export function columnSums(values: usize, sum: usize, rows: i32, c: i32): void {
  memory.fill(sum, 0, c << 2);
  for (let ch = 0; ch < c; ch += 4) {
    const at = <usize>(ch << 2);
    if (ch + 4 > c) {
      for (let one = ch; one < c; one++) {
        let total: f64 = 0;
        for (let row = 0; row < rows; row++) total += load<f32>(values + ((row * c + one) << 2));
        store<f32>(sum + (one << 2), <f32>total);
      }
    } else {
      store4(sum + at, values + at, rows, c << 2);
    }
  }
}

// Sums in runs of 512, each run in float32, so that millions of rows lose nothing.
function store4(to: usize, from: usize, rows: i32, step: i32): void {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let p = from;
  for (let row = 0; row < rows; ) {
    const end = least(rows, row + 512);
    let run = f32x4.splat(0);
    for (; row < end; row++) {
      run = f32x4.add(run, v128.load(p));
      p += step;
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(run));
    high = f64x2.add(high, f64x2.promote_low_f32x4(upper(run)));
  }
  storeSums(to, low, high);
}

/** Mean and biased variance [c] of values [rows, c], in one pass about the first row. */
export function moments(values: usize, mean: usize, variance: usize, rows: i32, c: i32): void {
  for (let ch = 0; ch < c; ch++) {
    store<f32>(mean + (ch << 2), 0);
    store<f32>(variance + (ch << 2), 0);
  }
  let ch = 0;
  for (; ch + 4 <= c; ch += 4) moments4(values + (ch << 2), mean + (ch << 2), variance + (ch << 2), rows, c << 2);
  for (; ch < c; ch++) {
    const shift: f64 = load<f32>(values + (ch << 2));
    let sum: f64 = 0, squares: f64 = 0;
    for (let row = 0; row < rows; row++) {
      const v = <f64>load<f32>(values + ((row * c + ch) << 2)) - shift;
      sum += v;
      squares += v * v;
    }
    const average = sum / rows;
    store<f32>(mean + (ch << 2), <f32>(shift + average));
    store<f32>(variance + (ch << 2), <f32>max(0, squares / rows - average * average));
  }
}

function moments4(from: usize, mean: usize, variance: usize, rows: i32, step: i32): void {
  const shift = v128.load(from);
  let sumLow = f64x2.splat(0), sumHigh = f64x2.splat(0), squaresLow = f64x2.splat(0), squaresHigh = f64x2.splat(0);
  let p = from;
  for (let row = 0; row < rows; ) {
    const end = least(rows, row + 256);
    let sum = f32x4.splat(0), squares = f32x4.splat(0);
    for (; row < end; row++) {
      const v = f32x4.sub(v128.load(p), shift);
      sum = f32x4.add(sum, v);
      squares = f32x4.add(squares, f32x4.mul(v, v));
      p += step;
    }
    sumLow = f64x2.add(sumLow, f64x2.promote_low_f32x4(sum));
    sumHigh = f64x2.add(sumHigh, f64x2.promote_low_f32x4(upper(sum)));
    squaresLow = f64x2.add(squaresLow, f64x2.promote_low_f32x4(squares));
    squaresHigh = f64x2.add(squaresHigh, f64x2.promote_low_f32x4(upper(squares)));
  }
  const count = f64x2.splat(<f64>rows);
  const averageLow = f64x2.div(sumLow, count), averageHigh = f64x2.div(sumHigh, count);
  const zero = f64x2.splat(0);
  const low = f64x2.max(zero, f64x2.sub(f64x2.div(squaresLow, count), f64x2.mul(averageLow, averageLow)));
  const high = f64x2.max(zero, f64x2.sub(f64x2.div(squaresHigh, count), f64x2.mul(averageHigh, averageHigh)));
  store<f32>(mean, f32x4.extract_lane(shift, 0) + <f32>f64x2.extract_lane(averageLow, 0));
  store<f32>(mean, f32x4.extract_lane(shift, 1) + <f32>f64x2.extract_lane(averageLow, 1), 4);
  store<f32>(mean, f32x4.extract_lane(shift, 2) + <f32>f64x2.extract_lane(averageHigh, 0), 8);
  store<f32>(mean, f32x4.extract_lane(shift, 3) + <f32>f64x2.extract_lane(averageHigh, 1), 12);
  storeSums(variance, low, high);
}

/** y = x · scale + offset per channel, in place of x where both are the same. */
export function scaleRows(x: usize, scale: usize, offset: usize, y: usize, rows: i32, c: i32): void {
  let px = x, py = y;
  for (let row = 0; row < rows; row++) {
    let ch = 0;
    for (; ch + 4 <= c; ch += 4) {
      const at = <usize>(ch << 2);
      v128.store(py + at, f32x4.add(f32x4.mul(v128.load(px + at), v128.load(scale + at)), v128.load(offset + at)));
    }
    for (; ch < c; ch++) {
      const at = <usize>(ch << 2);
      store<f32>(py + at, load<f32>(px + at) * load<f32>(scale + at) + load<f32>(offset + at));
    }
    px += c << 2;
    py += c << 2;
  }
}

/** dot [c] = Σ over rows of dy · (x − mean). */
export function centredDots(dy: usize, x: usize, mean: usize, dot: usize, rows: i32, c: i32): void {
  let ch = 0;
  for (; ch + 4 <= c; ch += 4) {
    const at = <usize>(ch << 2);
    dots4(dy + at, x + at, v128.load(mean + at), dot + at, rows, c << 2);
  }
  for (; ch < c; ch++) {
    const at = <usize>(ch << 2);
    const shift = load<f32>(mean + at);
    let total: f64 = 0;
    for (let row = 0; row < rows; row++) {
      const next = <usize>((row * c) << 2) + at;
      total += load<f32>(dy + next) * (load<f32>(x + next) - shift);
    }
    store<f32>(dot + at, <f32>total);
  }
}

function dots4(a: usize, b: usize, shift: v128, to: usize, rows: i32, step: i32): void {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let pa = a, pb = b;
  for (let row = 0; row < rows; ) {
    const end = least(rows, row + 256);
    let run = f32x4.splat(0);
    for (; row < end; row++) {
      run = f32x4.add(run, f32x4.mul(v128.load(pa), f32x4.sub(v128.load(pb), shift)));
      pa += step;
      pb += step;
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(run));
    high = f64x2.add(high, f64x2.promote_low_f32x4(upper(run)));
  }
  storeSums(to, low, high);
}

/** dx = dy · a + x · b + offset, per channel: what is left of batch norm's gradient once its sums are known. */
export function mixRows(dy: usize, x: usize, a: usize, b: usize, offset: usize, dx: usize, rows: i32, c: i32): void {
  let pd = dy, px = x, to = dx;
  for (let row = 0; row < rows; row++) {
    let ch = 0;
    for (; ch + 4 <= c; ch += 4) {
      const at = <usize>(ch << 2);
      const mixed = f32x4.add(f32x4.mul(v128.load(pd + at), v128.load(a + at)), f32x4.mul(v128.load(px + at), v128.load(b + at)));
      v128.store(to + at, f32x4.add(mixed, v128.load(offset + at)));
    }
    for (; ch < c; ch++) {
      const at = <usize>(ch << 2);
      store<f32>(to + at, load<f32>(pd + at) * load<f32>(a + at) + load<f32>(px + at) * load<f32>(b + at) + load<f32>(offset + at));
    }
    pd += c << 2;
    px += c << 2;
    to += c << 2;
  }
}

/** y = x between 0 and `ceiling`. */
export function clamp(x: usize, y: usize, count: i32, ceiling: f32): void {
  const zero = f32x4.splat(0), top = f32x4.splat(ceiling);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(y + (i << 2), f32x4.pmin(top, f32x4.pmax(zero, v128.load(x + (i << 2)))));
  for (; i < count; i++) store<f32>(y + (i << 2), min<f32>(ceiling, max<f32>(0, load<f32>(x + (i << 2)))));
}

/** dx = dy where 0 < y < ceiling, else 0. */
export function clampGradient(dy: usize, y: usize, dx: usize, count: i32, ceiling: f32): void {
  const zero = f32x4.splat(0), top = f32x4.splat(ceiling);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>(i << 2);
    const value = v128.load(y + at);
    v128.store(dx + at, v128.and(v128.load(dy + at), v128.and(f32x4.gt(value, zero), f32x4.lt(value, top))));
  }
  for (; i < count; i++) {
    const at = <usize>(i << 2);
    const value = load<f32>(y + at);
    store<f32>(dx + at, value > 0 && value < ceiling ? load<f32>(dy + at) : 0);
  }
}

/** dx of the 2 × 2 max-pool: dy goes to the first of the largest, row by row. `dx` must hold zeros. */
export function maxPoolGradient(x: usize, dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32): void {
  const rows = h / 2;
  const columns = w / 2;
  for (let image = 0; image < n; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = ((((image * h + 2 * row) * w + 2 * column) * c) as usize) << 2;
        const right = at + ((c as usize) << 2);
        const below = at + (((w * c) as usize) << 2);
        const last = below + ((c as usize) << 2);
        const from = dy + (((((image * rows + row) * columns + column) * c) as usize) << 2);
        let channel = 0;
        for (; channel + 4 <= c; channel += 4) {
          const o = (channel as usize) << 2;
          const a = v128.load(x + at + o);
          const b = v128.load(x + right + o);
          const d = v128.load(x + below + o);
          const e = v128.load(x + last + o);
          const change = v128.load(from + o);
          const isLeft = f32x4.ge(a, b);
          const isLeftBelow = f32x4.ge(d, e);
          const isUpper = f32x4.ge(f32x4.max(a, b), f32x4.max(d, e));
          const up = v128.and(change, isUpper);
          const down = v128.andnot(change, isUpper);
          v128.store(dx + at + o, v128.and(up, isLeft));
          v128.store(dx + right + o, v128.andnot(up, isLeft));
          v128.store(dx + below + o, v128.and(down, isLeftBelow));
          v128.store(dx + last + o, v128.andnot(down, isLeftBelow));
        }
        for (; channel < c; channel++) {
          const o = (channel as usize) << 2;
          let place = at;
          if (load<f32>(x + right + o) > load<f32>(x + place + o)) place = right;
          if (load<f32>(x + below + o) > load<f32>(x + place + o)) place = below;
          if (load<f32>(x + last + o) > load<f32>(x + place + o)) place = last;
          store<f32>(dx + place + o, load<f32>(from + o));
        }
      }
    }
  }
}

/** low [n, h, w, a] twice as wide and high by nearest neighbour, the channels of skip [n, 2h, 2w, b] behind its own. */
export function upsampleConcat(low: usize, skip: usize, y: usize, n: i32, h: i32, w: i32, a: i32, b: i32): void {
  const lowBytes = (a as usize) << 2;
  const skipBytes = (b as usize) << 2;
  for (let row = 0; row < 2 * n * h; row++) {
    let from = low + ((row / 2) * w) * lowBytes;
    for (let column = 0; column < 2 * w; column++) {
      memory.copy(y, from, lowBytes);
      memory.copy(y + lowBytes, skip, skipBytes);
      y += lowBytes + skipBytes;
      skip += skipBytes;
      if (column & 1) from += lowBytes;
    }
  }
}

/** The other way round: sums of four, and copies. */
export function upsampleConcatGradient(dy: usize, dLow: usize, dSkip: usize, n: i32, h: i32, w: i32, a: i32, b: i32): void {
  const lowBytes = (a as usize) << 2;
  const skipBytes = (b as usize) << 2;
  const step = lowBytes + skipBytes;
  const rowStep = 2 * (w as usize) * step;
  for (let row = 0; row < n * h; row++) {
    const top = dy + 2 * (row as usize) * rowStep;
    for (let column = 0; column < w; column++) {
      const p = top + 2 * (column as usize) * step;
      const q = p + rowStep;
      let o: usize = 0;
      for (; o + 16 <= lowBytes; o += 16) {
        const upperSum = f32x4.add(v128.load(p + o), v128.load(p + step + o));
        const lowerSum = f32x4.add(v128.load(q + o), v128.load(q + step + o));
        v128.store(dLow + o, f32x4.add(upperSum, lowerSum));
      }
      for (; o < lowBytes; o += 4) {
        const upperSum = load<f32>(p + o) + load<f32>(p + step + o);
        store<f32>(dLow + o, upperSum + (load<f32>(q + o) + load<f32>(q + step + o)));
      }
      dLow += lowBytes;
    }
    for (let k = 0; k < 4 * w; k++) {
      memory.copy(dSkip, top + (k as usize) * step + lowBytes, skipBytes);
      dSkip += skipBytes;
    }
  }
}
