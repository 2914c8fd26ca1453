import type { Polygon, Position } from "@reefline/schema/feature";
import { midpointAfter, type VertexRef, vertexRefs } from "../geometry/vertices.ts";

export type ScreenPoint = { x: number; y: number };
export type Handle = { kind: "vertex" | "midpoint"; ref: VertexRef };

/** The vertex under the pointer, else the midpoint; null when neither is within `reachPx`. Vertices win over midpoints. */
export function hitHandle(
  polygon: Polygon,
  pointer: ScreenPoint,
  project: (position: Position) => ScreenPoint,
  reachPx: number,
): Handle | null {
  let best: Handle | null = null;
  let bestDistance = reachPx;
  const refs = vertexRefs(polygon);
  for (const kind of ["vertex", "midpoint"] as const) {
    for (const ref of refs) {
      const at = kind === "vertex" ? polygon.coordinates[ref.ring]?.[ref.vertex] : midpointAfter(polygon, ref);
      if (!at) continue;
      const { x, y } = project(at);
      const distance = Math.hypot(x - pointer.x, y - pointer.y);
      if (distance <= bestDistance) {
        best = { kind, ref };
        bestDistance = distance;
      }
    }
    if (best) return best;
  }
  return null;
}
