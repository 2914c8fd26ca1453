/** Polygons in pixels while a survey is made: rings are (col, row) pairs, not closed, outer ring first. */
export interface PixelPolygon {
  readonly rings: readonly Float64Array[];
}

export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Square pixels; positive when the ring turns clockwise on the screen (rows grow downwards). */
export function signedArea(ring: Float64Array): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    sum += (ring[j] ?? 0) * (ring[i + 1] ?? 0) - (ring[i] ?? 0) * (ring[j + 1] ?? 0);
  }
  return sum / 2;
}

export function reversed(ring: Float64Array): Float64Array {
  const result = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    result[i] = ring[ring.length - 2 - i] ?? 0;
    result[i + 1] = ring[ring.length - 1 - i] ?? 0;
  }
  return result;
}

/** RFC 7946 on a north-up grid: the outer ring counter-clockwise on the ground, holes clockwise. */
export function rightHanded({ rings }: PixelPolygon): PixelPolygon {
  return { rings: rings.map((ring, i) => (signedArea(ring) < 0 === (i === 0) ? ring : reversed(ring))) };
}

export function boxOf(ring: Float64Array): PixelBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    left = Math.min(left, ring[i] ?? 0);
    right = Math.max(right, ring[i] ?? 0);
    top = Math.min(top, ring[i + 1] ?? 0);
    bottom = Math.max(bottom, ring[i + 1] ?? 0);
  }
  return { left, top, right, bottom };
}

/** Even-odd rule. */
export function ringContains(ring: Float64Array, col: number, row: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ci, ri, cj, rj] = [ring[i] ?? 0, ring[i + 1] ?? 0, ring[j] ?? 0, ring[j + 1] ?? 0];
    if (ri > row !== rj > row && col < ((cj - ci) * (row - ri)) / (rj - ri) + ci) inside = !inside;
  }
  return inside;
}

export function rectangle(left: number, top: number, right: number, bottom: number): PixelPolygon {
  return { rings: [Float64Array.from([left, top, left, bottom, right, bottom, right, top])] };
}
