import { AppError } from "@reefline/schema/errors";
import type { Polygon, Position } from "@reefline/schema/feature";

/** Twice the signed area in square degrees; positive when counter-clockwise. Taken from the first corner, to keep small rings exact. */
function doubleArea(ring: readonly Position[]): number {
  const [originLon, originLat] = ring[0] ?? [0, 0];
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay] = ring[i] ?? [0, 0];
    const [bx, by] = ring[i + 1] ?? [0, 0];
    sum += (ax - originLon) * (by - originLat) - (bx - originLon) * (ay - originLat);
  }
  return sum;
}

/**
 * A polygon as RFC 7946 wants it: rings closed and without repeated corners, outer ring counter-clockwise, holes clockwise. Holes without
 * area are dropped.
 *
 * @throws AppError `label/no-area` when the outer ring is a point or a line.
 */
export function normalizePolygon(polygon: Polygon): Polygon {
  const rings: Position[][] = [];
  for (const [index, given] of polygon.coordinates.entries()) {
    const ring = given.filter(([lon, lat], i) => i === 0 || lon !== given[i - 1]?.[0] || lat !== given[i - 1]?.[1]);
    const first = ring[0];
    const last = ring.at(-1);
    if (first && last && (first[0] !== last[0] || first[1] !== last[1])) ring.push([first[0], first[1]]);
    const area = doubleArea(ring);
    // A bow-tie may sum to zero and still be a shape with four corners.
    if (ring.length < 4 || (area === 0 && ring.length < 5)) {
      if (index > 0) continue;
      throw new AppError("bad-input", "label/no-area", "This shape has no area: it needs at least three different corners. Draw it again.");
    }
    rings.push(area > 0 === (index === 0) ? ring : ring.reverse());
  }
  return { type: "Polygon", coordinates: rings };
}
