import type { Polygon, Position } from "@reefline/schema/feature";
import { closeRing, openRing } from "./rings.ts";

/** One vertex of a polygon; `ring` 0 is the outer one, `vertex` counts without the repeated last position. */
export type VertexRef = { ring: number; vertex: number };

function withRing(polygon: Polygon, ring: number, change: (vertices: Position[]) => Position[]): Polygon {
  return {
    type: "Polygon",
    coordinates: polygon.coordinates.map((positions, index) => (index === ring ? closeRing(change(openRing(positions))) : positions)),
  };
}

export function vertexAt(polygon: Polygon, ref: VertexRef): Position | null {
  return polygon.coordinates[ref.ring]?.[ref.vertex] ?? null;
}

function vertexCount(polygon: Polygon, ring: number): number {
  return Math.max(0, (polygon.coordinates[ring]?.length ?? 0) - 1);
}

export function moveVertex(polygon: Polygon, ref: VertexRef, to: Position): Polygon {
  return withRing(polygon, ref.ring, (vertices) => vertices.map((vertex, index) => (index === ref.vertex ? to : vertex)));
}

/** A new vertex after `ref`, at `at`; it becomes vertex `ref.vertex + 1`. */
export function insertVertex(polygon: Polygon, ref: VertexRef, at: Position): Polygon {
  return withRing(polygon, ref.ring, (vertices) => [...vertices.slice(0, ref.vertex + 1), at, ...vertices.slice(ref.vertex + 1)]);
}

/** Without one vertex. A hole that would be left with two goes altogether; an outer ring that would is refused with null. */
export function removeVertex(polygon: Polygon, ref: VertexRef): Polygon | null {
  if (vertexCount(polygon, ref.ring) > 3)
    return withRing(polygon, ref.ring, (vertices) => vertices.filter((_, index) => index !== ref.vertex));
  return ref.ring === 0 ? null : removeHole(polygon, ref.ring);
}

function removeHole(polygon: Polygon, ring: number): Polygon {
  return { type: "Polygon", coordinates: polygon.coordinates.filter((_, index) => index !== ring || index === 0) };
}

export function addHole(polygon: Polygon, hole: Position[]): Polygon {
  return { type: "Polygon", coordinates: [...polygon.coordinates, hole] };
}

/** Moves every position by the same number of degrees. */
export function translate(polygon: Polygon, deltaLon: number, deltaLat: number): Polygon {
  return {
    type: "Polygon",
    coordinates: polygon.coordinates.map((ring) => ring.map(([lon, lat]): Position => [lon + deltaLon, lat + deltaLat])),
  };
}

/** The middle of the edge that leaves `ref`. */
export function midpointAfter(polygon: Polygon, ref: VertexRef): Position | null {
  const a = polygon.coordinates[ref.ring]?.[ref.vertex];
  const b = polygon.coordinates[ref.ring]?.[ref.vertex + 1];
  return a && b ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : null;
}

/** Every vertex in order, ring by ring. */
export function vertexRefs(polygon: Polygon): VertexRef[] {
  return polygon.coordinates.flatMap((ring, index) => openRing(ring).map((_, vertex) => ({ ring: index, vertex })));
}
