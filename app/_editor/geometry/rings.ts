import type { Polygon, Position } from "@reefline/schema/feature";

/** Shoelace in degrees: only its sign is used. Positive: counter-clockwise. */
export function signedArea(ring: readonly Position[]): number {
  let sum = 0;
  for (let index = 0; index + 1 < ring.length; index++) {
    const a = ring[index];
    const b = ring[index + 1];
    if (a && b) sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum / 2;
}

/** An open path of at least three vertices, closed by its first. */
export function closeRing(path: readonly Position[]): Position[] {
  const first = path[0];
  return first ? [...path, [first[0], first[1]]] : [];
}

/** The vertices of a closed ring, its repeated last one left out. */
export function openRing(ring: readonly Position[]): Position[] {
  return ring.slice(0, -1);
}

/** RFC 7946: the outer ring counter-clockwise, holes clockwise. */
export function withRightHandWinding(polygon: Polygon): Polygon {
  return {
    type: "Polygon",
    coordinates: polygon.coordinates.map((ring, index) => (signedArea(ring) > 0 === (index === 0) ? ring : [...ring].reverse())),
  };
}

/** Even-odd over one closed ring. */
export function pointInRing(ring: readonly Position[], point: Position): boolean {
  let inside = false;
  for (let index = 0; index + 1 < ring.length; index++) {
    const a = ring[index];
    const b = ring[index + 1];
    if (!a || !b || a[1] > point[1] === b[1] > point[1]) continue;
    if (point[0] < a[0] + ((point[1] - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside;
  }
  return inside;
}

export function pointInPolygon(polygon: Polygon, point: Position): boolean {
  const [outer, ...holes] = polygon.coordinates;
  return outer !== undefined && pointInRing(outer, point) && !holes.some((hole) => pointInRing(hole, point));
}
