/** Twice the signed area of an unclosed (or closed) ring of x,y pairs: negative for outer rings as the tracer turns them (row down). */
export function doubleArea(ring: ArrayLike<number>): number {
  const originX = ring[0] ?? 0;
  const originY = ring[1] ?? 0;
  let sum = 0;
  let x0 = (ring[ring.length - 2] ?? 0) - originX;
  let y0 = (ring[ring.length - 1] ?? 0) - originY;
  for (let i = 0; i < ring.length; i += 2) {
    const x = (ring[i] ?? 0) - originX;
    const y = (ring[i + 1] ?? 0) - originY;
    sum += x0 * y - x * y0;
    x0 = x;
    y0 = y;
  }
  return sum;
}

/** Area of a ring in the square of its own units. */
export const ringArea = (ring: ArrayLike<number>): number => Math.abs(doubleArea(ring)) / 2;

/** Whether a point lies inside a ring, even-odd; undefined on the ring itself. */
export function isInside(ring: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false;
  let x0 = ring[ring.length - 2] ?? 0;
  let y0 = ring[ring.length - 1] ?? 0;
  for (let i = 0; i < ring.length; i += 2) {
    const x1 = ring[i] ?? 0;
    const y1 = ring[i + 1] ?? 0;
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
    x0 = x1;
    y0 = y1;
  }
  return inside;
}
