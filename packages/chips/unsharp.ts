/** Strength of the filter: blur of standard deviation `radiusPx`, difference added `percent` / 100 times. */
export interface Unsharp {
  readonly radiusPx: number;
  readonly percent: number;
}

const passes = 3;

/** Pixels around a window that its filtered values depend on. */
export function unsharpHaloPx({ radiusPx }: Unsharp): number {
  return boxRadii(radiusPx).reduce((sum, radius) => sum + radius, 0);
}

/**
 * Unsharp mask: value + percent/100 · (value − blur(value)), the Gaussian as three box blurs (Kovesi 2010). Pixels without a measurement
 * weigh nothing in the blur and keep their bytes.
 * @param pixels interleaved, length widthPx · heightPx · bandCount
 * @param valid 1 where measured, length widthPx · heightPx
 */
export function unsharpMask(
  pixels: Uint8Array,
  valid: Uint8Array,
  widthPx: number,
  heightPx: number,
  bandCount: number,
  filter: Unsharp,
): Uint8Array {
  const radii = boxRadii(filter.radiusPx);
  const weight = blur(Float32Array.from(valid), widthPx, heightPx, radii);
  const out = Uint8Array.from(pixels);
  const plane = new Float32Array(widthPx * heightPx);
  for (let band = 0; band < bandCount; band++) {
    for (let i = 0; i < plane.length; i++) plane[i] = valid[i] === 1 ? (pixels[i * bandCount + band] ?? 0) : 0;
    const blurred = blur(plane, widthPx, heightPx, radii);
    for (let i = 0; i < plane.length; i++) {
      if (valid[i] !== 1) continue;
      const value = plane[i] ?? 0;
      const around = (blurred[i] ?? 0) / (weight[i] || 1);
      out[i * bandCount + band] = Math.max(0, Math.min(255, Math.round(value + (filter.percent / 100) * (value - around))));
    }
  }
  return out;
}

/** Three box radii whose variances add up to the Gaussian's as nearly as whole pixels allow. */
function boxRadii(sigma: number): number[] {
  const ideal = Math.sqrt((12 * sigma * sigma) / passes + 1);
  const lower = Math.max(0, Math.floor((ideal - 1) / 2));
  const w = 2 * lower + 1;
  const lowerCount = Math.round((12 * sigma * sigma - passes * (w * w + 4 * w + 3)) / (-4 * w - 4));
  return Array.from({ length: passes }, (_, i) => (i < lowerCount ? lower : lower + 1));
}

/** Sums fall off to zero beyond the edge, as if nothing were measured there. */
function blur(plane: Float32Array, widthPx: number, heightPx: number, radii: readonly number[]): Float32Array {
  let from = Float32Array.from(plane);
  let to = new Float32Array(plane.length);
  for (const radius of radii) {
    for (let row = 0; row < heightPx; row++) boxLine(from, to, row * widthPx, 1, widthPx, radius);
    [from, to] = [to, from];
    for (let col = 0; col < widthPx; col++) boxLine(from, to, col, widthPx, heightPx, radius);
    [from, to] = [to, from];
  }
  return from;
}

function boxLine(from: Float32Array, to: Float32Array, start: number, stride: number, length: number, radius: number): void {
  const scale = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = 0; i < Math.min(radius, length); i++) sum += from[start + i * stride] ?? 0;
  for (let i = 0; i < length; i++) {
    if (i + radius < length) sum += from[start + (i + radius) * stride] ?? 0;
    if (i - radius - 1 >= 0) sum -= from[start + (i - radius - 1) * stride] ?? 0;
    to[start + i * stride] = sum * scale;
  }
}
