import type { Polygon, Position } from "@reefline/schema/feature";
import type { Bounds } from "@reefline/schema/grid";
import { polygonBounds } from "../../storage/features.ts";

/** Even-odd over all rings, so that holes are outside. */
export function polygonContains(polygon: Polygon, lon: number, lat: number): boolean {
  let inside = false;
  for (const ring of polygon.coordinates) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [ax, ay] = ring[i] ?? [0, 0];
      const [bx, by] = ring[i + 1] ?? [0, 0];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

const boundsMeet = (a: Bounds, b: Bounds) => a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;

function side([ax, ay]: Position, [bx, by]: Position, [px, py]: Position): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

const origin: Position = [0, 0];

function ringsCross(a: readonly Position[], b: readonly Position[]): boolean {
  for (let i = 0; i + 1 < a.length; i++) {
    const p = a[i] ?? origin;
    const q = a[i + 1] ?? origin;
    for (let j = 0; j + 1 < b.length; j++) {
      const r = b[j] ?? origin;
      const s = b[j + 1] ?? origin;
      if (side(p, q, r) > 0 !== side(p, q, s) > 0 && side(r, s, p) > 0 !== side(r, s, q) > 0) return true;
    }
  }
  return false;
}

/** Whether two polygons share ground (holes count as outside). */
export function polygonsTouch(a: Polygon, b: Polygon): boolean {
  if (!boundsMeet(polygonBounds(a), polygonBounds(b))) return false;
  for (const ringA of a.coordinates) for (const ringB of b.coordinates) if (ringsCross(ringA, ringB)) return true;
  // No edges cross: one may lie wholly within the other.
  const [ax, ay] = a.coordinates[0]?.[0] ?? [0, 0];
  const [bx, by] = b.coordinates[0]?.[0] ?? [0, 0];
  return polygonContains(b, ax, ay) || polygonContains(a, bx, by);
}

/**
 * Intersection over union of two polygons, sampled on a lattice of `samples`² points over the bounds of both. Good to a few hundredths,
 * which is enough to recognise a shape again.
 */
export function sampledIou(a: Polygon, b: Polygon, samples = 32): number {
  const [boundsA, boundsB] = [polygonBounds(a), polygonBounds(b)];
  if (!boundsMeet(boundsA, boundsB)) return 0;
  const west = Math.min(boundsA.west, boundsB.west);
  const south = Math.min(boundsA.south, boundsB.south);
  const width = Math.max(boundsA.east, boundsB.east) - west;
  const height = Math.max(boundsA.north, boundsB.north) - south;
  let both = 0;
  let either = 0;
  for (let row = 0; row < samples; row++) {
    for (let col = 0; col < samples; col++) {
      const lon = west + ((col + 0.5) / samples) * width;
      const lat = south + ((row + 0.5) / samples) * height;
      const inA = polygonContains(a, lon, lat);
      const inB = polygonContains(b, lon, lat);
      if (inA && inB) both++;
      if (inA || inB) either++;
    }
  }
  return either === 0 ? 0 : both / either;
}
