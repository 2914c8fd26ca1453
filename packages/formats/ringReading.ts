export type PositionReader = (x: number, y: number) => { lon: number; lat: number };

export type RingProblem =
  | { readonly code: "not-numbers"; readonly reason: string }
  | { readonly code: "out-of-range"; readonly reason: string; readonly x: number; readonly y: number }
  | { readonly code: "too-few-corners"; readonly reason: string };

export interface ReadRing {
  /** Closed, without repeated neighbours: lon, lat pairs. */
  readonly lonLat: Float64Array;
  readonly droppedHeights: boolean;
  readonly wasOpen: boolean;
  readonly droppedRepeats: boolean;
}

const NOT_NUMBERS = { code: "not-numbers", reason: "a coordinate is not a pair of finite numbers" } as const;

/** One GeoJSON ring → a closed ring in lon, lat, or why it is none. Pure. */
export function readRing(coordinates: unknown, toLonLat: PositionReader | null): ReadRing | RingProblem {
  if (!Array.isArray(coordinates)) return NOT_NUMBERS;
  const lonLat = new Float64Array(coordinates.length * 2 + 2);
  let length = 0;
  let droppedHeights = false;
  let repeats = 0;
  let wasOpen = false;
  for (const position of coordinates) {
    if (!Array.isArray(position)) return NOT_NUMBERS;
    const x: unknown = position[0];
    const y: unknown = position[1];
    if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y)) return NOT_NUMBERS;
    if (position.length > 2) droppedHeights = true;
    let lon = x;
    let lat = y;
    if (toLonLat) ({ lon, lat } = toLonLat(x, y));
    // Also true of NaN, which a projection gives far outside its domain.
    if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90))
      return { code: "out-of-range", reason: "outside longitude ±180 or latitude ±90", x, y };
    if (length >= 2 && lonLat[length - 2] === lon && lonLat[length - 1] === lat) {
      repeats++;
      continue;
    }
    lonLat[length++] = lon;
    lonLat[length++] = lat;
  }
  if (length >= 4 && (lonLat[0] !== lonLat[length - 2] || lonLat[1] !== lonLat[length - 1])) {
    wasOpen = true;
    lonLat[length++] = lonLat[0] ?? 0;
    lonLat[length++] = lonLat[1] ?? 0;
  }
  if (length < 8) return { code: "too-few-corners", reason: "a ring has fewer than three different corners" };
  return { lonLat: lonLat.slice(0, length), droppedHeights, wasOpen, droppedRepeats: repeats > 0 };
}

/** Twice the planar area of a closed flat ring; positive when counter-clockwise with y up. */
export function signedDoubleArea(ring: Float64Array): number {
  let sum = 0;
  const x0 = ring[0] ?? 0;
  const y0 = ring[1] ?? 0;
  for (let i = 2; i + 3 < ring.length; i += 2) {
    const ax = (ring[i] ?? 0) - x0;
    const ay = (ring[i + 1] ?? 0) - y0;
    const bx = (ring[i + 2] ?? 0) - x0;
    const by = (ring[i + 3] ?? 0) - y0;
    sum += ax * by - bx * ay;
  }
  return sum;
}

/** The ring as GeoJSON positions, turned counter-clockwise or clockwise. */
export function orientedPositions(ring: Float64Array, counterClockwise: boolean): [number, number][] {
  const positions: [number, number][] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) positions.push([ring[i] ?? 0, ring[i + 1] ?? 0]);
  if (signedDoubleArea(ring) > 0 !== counterClockwise) positions.reverse();
  return positions;
}
