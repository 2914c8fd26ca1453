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

/** Area and length of all edges at once, as `polygonAreaM2` and `polygonPerimeterMeters` give them. */
export function polygonMeasures(polygon: Polygon): { areaM2: number; perimeterMeters: number } {
  let areaM2 = 0;
  let perimeterMeters = 0;
  polygon.coordinates.forEach((ring, i) => {
    const measures = ringAreaAndPerimeter(ring);
    areaM2 += i === 0 ? measures.areaM2 : -measures.areaM2;
    perimeterMeters += measures.perimeterMeters;
  });
  return { areaM2: Math.max(0, areaM2), perimeterMeters };
}

/** Length of all edges, those of holes included, in metres along geodesics. */
export function polygonPerimeterMeters(polygon: Polygon): number {
  return polygon.coordinates.reduce((length, ring) => length + ringAreaAndPerimeter(ring).perimeterMeters, 0);
}

/** Geodesic distance in metres between two [lon, lat]. */
export function distanceMeters(a: Position, b: Position): number {
  return wgs84.Inverse(a[1], a[0], b[1], b[0], geographicLib.Geodesic.DISTANCE).s12 ?? Number.NaN;
}

/** The place `eastMeters` and `northMeters` from a [lon, lat], along the geodesic that sets out in that direction. */
export function moveMeters([lon, lat]: Position, eastMeters: number, northMeters: number): Position {
  const azimuth = (Math.atan2(eastMeters, northMeters) * 180) / Math.PI;
  const { lon2, lat2 } = wgs84.Direct(lat, lon, azimuth, Math.hypot(eastMeters, northMeters));
  return [lon2 ?? Number.NaN, lat2 ?? Number.NaN];
}

/** How far east and north of `from` a place lies: what `moveMeters` undoes. */
export function metersBetween(from: Position, to: Position): { eastMeters: number; northMeters: number } {
  const { s12 = 0, azi1 = 0 } = wgs84.Inverse(from[1], from[0], to[1], to[0]);
  const azimuth = (azi1 * Math.PI) / 180;
  return { eastMeters: s12 * Math.sin(azimuth), northMeters: s12 * Math.cos(azimuth) };
}
