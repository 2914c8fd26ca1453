/**
 * Seeded gradient noise (Perlin, "Improving Noise", 2002) as a function of place alone, so that a picture is the same
 * whatever the order or size of the blocks it is made in. Values have mean 0, lie within ±1 and mostly within ±0.5.
 */

const DIRECTIONS = 256;
const GRADIENT_X = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.cos((2 * Math.PI * i) / DIRECTIONS));
const GRADIENT_Y = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.sin((2 * Math.PI * i) / DIRECTIONS));
/** Gradient noise with unit gradients reaches √½. */
const TO_UNIT = Math.SQRT2;

/** 32 well-mixed bits from a lattice point and a seed (murmur3's finalizer). */
function hashLattice(ix: number, iy: number, seed: number): number {
  let h = Math.imul(ix, 0x27d4eb2d) ^ Math.imul(iy, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Evenly spread over [0, 1). */
export function hashUnit(ix: number, iy: number, seed: number): number {
  return hashLattice(ix, iy, seed) / 2 ** 32;
}

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function corner(ix: number, iy: number, seed: number, dx: number, dy: number): number {
  const direction = hashLattice(ix, iy, seed) & (DIRECTIONS - 1);
  return (GRADIENT_X[direction] ?? 0) * dx + (GRADIENT_Y[direction] ?? 0) * dy;
}

/** Noise at one place; `x` and `y` in wavelengths. */
export function noiseAt(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const dx = x - ix;
  const dy = y - iy;
  const u = fade(dx);
  const v = fade(dy);
  const top = corner(ix, iy, seed, dx, dy) * (1 - u) + corner(ix + 1, iy, seed, dx - 1, dy) * u;
  const bottom = corner(ix, iy + 1, seed, dx, dy - 1) * (1 - u) + corner(ix + 1, iy + 1, seed, dx - 1, dy - 1) * u;
  return (top * (1 - v) + bottom * v) * TO_UNIT;
}

/** Octaves of `noiseAt`, each half the wavelength and `gain` times the strength of the one before. */
export function fractalAt(x: number, y: number, seed: number, octaves: number, gain = 0.5): number {
  let sum = 0;
  let strength = 1;
  let scale = 1;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * noiseAt(x * scale, y * scale, seed + octave * 101);
    strength *= gain;
    scale *= 2.03;
  }
  return sum;
}

export interface RowNoise {
  readonly seed: number;
  /** In pixels. */
  readonly wavelengthX: number;
  readonly wavelengthY: number;
}

/**
 * Adds `strength · noise` to one row of pixels from `colOff` at `row`. The same values as `noiseAt` at pixel centres, at a
 * fraction of the cost: what depends on the row alone is worked out once per lattice column.
 */
export function addNoiseRow(target: Float32Array, strength: number, noise: RowNoise, colOff: number, row: number): void {
  const { seed, wavelengthX, wavelengthY } = noise;
  const y = (row + 0.5) / wavelengthY;
  const iy = Math.floor(y);
  const dy = y - iy;
  const v = fade(dy);
  const firstLattice = Math.floor((colOff + 0.5) / wavelengthX);
  const lastLattice = Math.floor((colOff + target.length - 0.5) / wavelengthX) + 1;
  const slopes = new Float64Array(lastLattice - firstLattice + 1);
  const offsets = new Float64Array(slopes.length);
  for (let i = 0; i < slopes.length; i++) {
    const top = hashLattice(firstLattice + i, iy, seed) & (DIRECTIONS - 1);
    const bottom = hashLattice(firstLattice + i, iy + 1, seed) & (DIRECTIONS - 1);
    slopes[i] = (GRADIENT_X[top] ?? 0) * (1 - v) + (GRADIENT_X[bottom] ?? 0) * v;
    offsets[i] = (GRADIENT_Y[top] ?? 0) * dy * (1 - v) + (GRADIENT_Y[bottom] ?? 0) * (dy - 1) * v;
  }
  const scale = strength * TO_UNIT;
  for (let col = 0; col < target.length; col++) {
    const x = (colOff + col + 0.5) / wavelengthX;
    const ix = Math.floor(x);
    const dx = x - ix;
    const u = dx * dx * dx * (dx * (dx * 6 - 15) + 10);
    const i = ix - firstLattice;
    const left = (slopes[i] ?? 0) * dx + (offsets[i] ?? 0);
    const right = (slopes[i + 1] ?? 0) * (dx - 1) + (offsets[i + 1] ?? 0);
    target[col] = (target[col] ?? 0) + scale * (left + (right - left) * u);
  }
}

/** 0 below `low`, 1 above `high`, smooth between; `low > high` turns it round. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}
