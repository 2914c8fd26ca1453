import type { Position } from "@reefline/schema/feature";
import { samePosition, segmentsMeet, turn } from "./segments.ts";

/** Whether going on from an open path's last vertex to `next` would touch or cross an edge that is already there. */
export function nextEdgeCrosses(path: readonly Position[], next: Position): boolean {
  const last = path.at(-1);
  if (!last) return false;
  for (let index = 0; index + 2 < path.length; index++) {
    const a = path[index];
    const b = path[index + 1];
    if (a && b && segmentsMeet(a, b, last, next)) return true;
  }
  const before = path.at(-2);
  return before !== undefined && foldsBack(before, last, next);
}

/** b → c runs back over a → b. */
function foldsBack(a: Position, b: Position, c: Position): boolean {
  return turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;
}

/**
 * Whether a closed ring touches or crosses itself. Edges are swept from west to east, so that a ring of
 * thousands of vertices is checked while a finger is still on the mouse.
 */
export function ringCrossesItself(ring: readonly Position[]): boolean {
  const edges: { a: Position; b: Position; index: number; west: number; east: number }[] = [];
  for (let index = 0; index + 1 < ring.length; index++) {
    const a = ring[index];
    const b = ring[index + 1];
    if (!a || !b || samePosition(a, b)) continue;
    edges.push({ a, b, index: edges.length, west: Math.min(a[0], b[0]), east: Math.max(a[0], b[0]) });
  }
  const count = edges.length;
  if (count < 3) return true;
  const byWest = [...edges].sort((one, other) => one.west - other.west);
  for (let i = 0; i < count; i++) {
    const one = byWest[i];
    if (!one) continue;
    for (let j = i + 1; j < count; j++) {
      const other = byWest[j];
      if (!other || other.west > one.east) break;
      const [first, second] = one.index < other.index ? [one, other] : [other, one];
      const follows = second.index === first.index + 1;
      const closes = first.index === 0 && second.index === count - 1;
      if (follows || closes) {
        const [before, after] = follows ? [first, second] : [second, first];
        if (foldsBack(before.a, before.b, after.b)) return true;
      } else if (segmentsMeet(one.a, one.b, other.a, other.b)) return true;
    }
  }
  return false;
}

/** Whether two rings' edges meet anywhere. */
export function ringsMeet(one: readonly Position[], other: readonly Position[]): boolean {
  for (let i = 0; i + 1 < one.length; i++) {
    const a = one[i];
    const b = one[i + 1];
    if (!a || !b) continue;
    for (let j = 0; j + 1 < other.length; j++) {
      const c = other[j];
      const d = other[j + 1];
      if (!c || !d) continue;
      if (Math.max(c[0], d[0]) < Math.min(a[0], b[0]) || Math.min(c[0], d[0]) > Math.max(a[0], b[0])) continue;
      if (segmentsMeet(a, b, c, d)) return true;
    }
  }
  return false;
}
