import type { Polygon } from "@reefline/schema/feature";
import type { Bounds } from "@reefline/schema/grid";

/** Longitude brought into [-180, 180]; exactly ±180 stay as they are. */
export function normalizeLon(lon: number): number {
  if (lon >= -180 && lon <= 180) return lon;
  const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
  return wrapped === -180 && lon > 0 ? 180 : wrapped;
}

/** `lon` moved by whole turns to within 180° of `near`. */
export function unwrapLon(lon: number, near: number): number {
  return lon - 360 * Math.round((lon - near) / 360);
}

/** Degrees from west to east, across the antimeridian where west > east. */
export function boundsWidthDegrees(bounds: Bounds): number {
  return bounds.west <= bounds.east ? bounds.east - bounds.west : bounds.east - bounds.west + 360;
}

/** Whether two bounds share ground; touching edges count. Either may cross the antimeridian. */
export function boundsIntersect(a: Bounds, b: Bounds): boolean {
  if (a.south > b.north || b.south > a.north) return false;
  const offset = (((b.west - a.west) % 360) + 360) % 360;
  return offset <= boundsWidthDegrees(a) || offset + boundsWidthDegrees(b) >= 360;
}

/** Bounds of the outer rings. A ring that steps more than 180° of longitude at once is taken to cross the antimeridian. */
export function boundsOfPolygons(polygons: readonly Polygon[]): Bounds | null {
  let west = Infinity;
  let east = -Infinity;
  let south = Infinity;
  let north = -Infinity;
  let near: number | null = null;
  for (const polygon of polygons) {
    for (const [lon, lat] of polygon.coordinates[0] ?? []) {
      const unwrapped: number = near === null ? lon : unwrapLon(lon, near);
      near = unwrapped;
      west = Math.min(west, unwrapped);
      east = Math.max(east, unwrapped);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
  }
  if (near === null) return null;
  return lonLatBounds(west, south, east, north);
}

/** Bounds from unwrapped longitudes (east ≥ west, possibly beyond ±180): wrapped, or the whole circle when 360° wide. */
export function lonLatBounds(west: number, south: number, east: number, north: number): Bounds {
  if (east - west >= 360 - 1e-9) return { west: -180, south, east: 180, north };
  return { west: normalizeLon(west), south, east: normalizeLon(east), north };
}

/** The smallest bounds around all; null for none. */
export function unionBounds(all: readonly Bounds[]): Bounds | null {
  const first = all[0];
  if (!first) return null;
  let { west, south, north } = first;
  let east = west + boundsWidthDegrees(first);
  for (const next of all.slice(1)) {
    const nextWest = unwrapLon(next.west, (west + east) / 2);
    west = Math.min(west, nextWest);
    east = Math.max(east, nextWest + boundsWidthDegrees(next));
    south = Math.min(south, next.south);
    north = Math.max(north, next.north);
  }
  return lonLatBounds(west, south, east, north);
}
