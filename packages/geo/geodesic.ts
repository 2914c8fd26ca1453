import type { Polygon, Position } from "@reefline/schema/feature";
import geographicLib from "geographiclib-geodesic";

const wgs84 = geographicLib.Geodesic.WGS84;

function ringAreaAndPerimeter(ring: readonly Position[]): { areaM2: number; perimeterMeters: number } {
  const sum = new geographicLib.PolygonArea.PolygonArea(wgs84, false);
  // GeographicLib closes the ring by itself.
  for (const [lon, lat] of ring.slice(0, -1)) sum.AddPoint(lat, lon);
  const result = sum.Compute(false, true);
  return { areaM2: Math.abs(result.area ?? 0), perimeterMeters: result.perimeter };
}

/**
 * Area on the WGS 84 ellipsoid in m², edges taken as geodesics, holes subtracted, whichever way the rings wind.
 * Karney 2013, "Algorithms for geodesics".
 */
export function polygonAreaM2(polygon: Polygon): number {
  const [outer, ...holes] = polygon.coordinates;
  if (!outer) return 0;
  return Math.max(
    0,
    holes.reduce((area, hole) => area - ringAreaAndPerimeter(hole).areaM2, ringAreaAndPerimeter(outer).areaM2),
  );
}

/** Length of all edges, those of holes included, in metres along geodesics. */
export function polygonPerimeterMeters(polygon: Polygon): number {
  return polygon.coordinates.reduce((length, ring) => length + ringAreaAndPerimeter(ring).perimeterMeters, 0);
}

/** Geodesic distance in metres between two [lon, lat]. */
export function distanceMeters(a: Position, b: Position): number {
  return wgs84.Inverse(a[1], a[0], b[1], b[0], geographicLib.Geodesic.DISTANCE).s12 ?? Number.NaN;
}
