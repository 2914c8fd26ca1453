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

/** Bounds from unwrapped longitudes (east ≥ west, possibly beyond ±180): wrapped, or the whole circle when 360° wide. */
export function lonLatBounds(west: number, south: number, east: number, north: number): Bounds {
  if (east - west >= 360 - 1e-9) return { west: -180, south, east: 180, north };
  return { west: normalizeLon(west), south, east: normalizeLon(east), north };
}
