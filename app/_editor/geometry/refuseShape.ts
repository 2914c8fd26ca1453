import type { Polygon, Position } from "@reefline/schema/feature";
import { pointInRing } from "./rings.ts";
import { ringCrossesItself, ringsMeet } from "./selfIntersection.ts";

/** Why a polygon cannot be kept, in one sentence; null when it can. */
export function refuseShape(polygon: Polygon): string | null {
  const [outer, ...holes] = polygon.coordinates;
  if (!outer || outer.length < 4) return "A polygon needs at least three vertices.";
  if (ringCrossesItself(outer)) return "This outline would cross itself. Move the vertex back, or draw it the other way round.";
  for (const [index, hole] of holes.entries()) {
    const reason = refuseHole({ type: "Polygon", coordinates: [outer, ...holes.slice(0, index)] }, hole);
    if (reason) return reason;
  }
  return null;
}

/** Why a closed ring cannot become a hole of a polygon; null when it can. */
export function refuseHole(polygon: Polygon, hole: readonly Position[]): string | null {
  const [outer, ...holes] = polygon.coordinates;
  const start = hole[0];
  if (!outer || !start || hole.length < 4) return "A hole needs at least three vertices.";
  if (ringCrossesItself(hole)) return "This hole's outline would cross itself. Draw it the other way round.";
  if (!pointInRing(outer, start) || ringsMeet(outer, hole)) return "A hole must lie wholly inside its polygon. Draw it within the outline.";
  for (const other of holes) {
    const otherStart = other[0];
    if (ringsMeet(other, hole) || pointInRing(other, start) || (otherStart && pointInRing(hole, otherStart)))
      return "This hole would touch or cover another hole. Draw it apart, or delete the other first.";
  }
  return null;
}
