import { noiseAt } from "./noise.ts";
import { type PixelPolygon, signedArea } from "./pixelPolygon.ts";

export interface HandDrawing {
  readonly seed: number;
  readonly gsdMeters: number;
}

/** A hand follows an outline to a few centimetres… */
const SIMPLIFY_METERS = 0.04;
/** …wanders off it by a few more, slowly enough that no outline crosses itself… */
const WANDER_METERS = 0.07;
const WANDER_WAVELENGTH_METERS = 1.7;
/** …and leaves out what is too small to click. */
const LEAST_REEF_M2 = 0.1;
const LEAST_HOLE_M2 = 0.12;

/** Ramer–Douglas–Peucker on a closed ring of (col, row) pairs, without recursion; keeps at least its two farthest points and one more. */
export function simplifyRing(ring: Float64Array, tolerancePx: number): Float64Array {
  const count = ring.length / 2;
  const keep = new Uint8Array(count);
  let farthest = 0;
  for (let i = 1, best = 0; i < count; i++) {
    const distance = Math.hypot((ring[i * 2] ?? 0) - (ring[0] ?? 0), (ring[i * 2 + 1] ?? 0) - (ring[1] ?? 0));
    if (distance > best) [best, farthest] = [distance, i];
  }
  keep[0] = 1;
  keep[farthest] = 1;
  const spans: [number, number][] = [
    [0, farthest],
    [farthest, count],
  ];
  for (let span = spans.pop(); span !== undefined; span = spans.pop()) {
    const [from, to] = span;
    const [x0, y0] = [ring[from * 2] ?? 0, ring[from * 2 + 1] ?? 0];
    const [x1, y1] = [ring[(to % count) * 2] ?? 0, ring[(to % count) * 2 + 1] ?? 0];
    const length = Math.hypot(x1 - x0, y1 - y0);
    let [worst, at] = [0, -1];
    for (let i = from + 1; i < to; i++) {
      const [x, y] = [ring[i * 2] ?? 0, ring[i * 2 + 1] ?? 0];
      const off = length === 0 ? Math.hypot(x - x0, y - y0) : Math.abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length;
      if (off > worst) [worst, at] = [off, i];
    }
    if (worst > tolerancePx && at >= 0) {
      keep[at] = 1;
      spans.push([from, at], [at, to]);
    }
  }
  const points: number[] = [];
  for (let i = 0; i < count; i++) if (keep[i] === 1) points.push(ring[i * 2] ?? 0, ring[i * 2 + 1] ?? 0);
  return Float64Array.from(points);
}

function displace(ring: Float64Array, { seed, gsdMeters }: HandDrawing): Float64Array {
  const scale = gsdMeters / WANDER_WAVELENGTH_METERS;
  const reach = WANDER_METERS / gsdMeters;
  return ring.map((value, i) => {
    const col = ring[i - (i % 2)] ?? 0;
    const row = ring[i - (i % 2) + 1] ?? 0;
    return value + reach * noiseAt(col * scale, row * scale, seed + (i % 2));
  });
}

/** The polygon as a careful person would have drawn it, or null when they would not have bothered. */
export function drawByHand({ rings }: PixelPolygon, hand: HandDrawing): PixelPolygon | null {
  const m2PerPixel = hand.gsdMeters ** 2;
  const [outer, ...holes] = rings;
  if (outer === undefined || Math.abs(signedArea(outer)) * m2PerPixel < LEAST_REEF_M2) return null;
  const drawnHoles = holes.filter((hole) => Math.abs(signedArea(hole)) * m2PerPixel >= LEAST_HOLE_M2);
  const drawn = [outer, ...drawnHoles].map((ring) => displace(simplifyRing(ring, SIMPLIFY_METERS / hand.gsdMeters), hand));
  return { rings: drawn.filter((ring) => ring.length >= 6) };
}
