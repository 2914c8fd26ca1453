import type { Growable } from "./packedShapes.ts";

/**
 * A ring cut to the square from `low` to `high` in x and y, by Sutherland and Hodgman (1974): what lies outside is replaced by the square's
 * own edges. x, y pairs, the first corner not repeated; `into` and `spare` are overwritten. Answers which of the two holds how many corners.
 */
export function clipRing(
  ring: Float64Array,
  count: number,
  low: number,
  high: number,
  into: Growable,
  spare: Growable,
): { points: Float64Array; count: number } {
  let points = ring;
  let length = count;
  const targets = [into, spare];
  for (let side = 0; side < 4; side++) {
    const axis = side >> 1;
    const limit = side % 2 === 0 ? low : high;
    const sign = side % 2 === 0 ? 1 : -1;
    const inside = (corner: number) => ((points[corner * 2 + axis] ?? 0) - limit) * sign >= 0;
    let all = true;
    for (let corner = 0; corner < length && all; corner++) all = inside(corner);
    if (all) continue;
    // Never the room that is being read.
    const room = targets[0]?.data === points ? (targets[1] ?? spare) : (targets[0] ?? into);
    const target = room.atLeast((length * 2 + 2) * 2);
    let kept = 0;
    for (let corner = 0; corner < length; corner++) {
      const before = corner === 0 ? length - 1 : corner - 1;
      const [isIn, wasIn] = [inside(corner), inside(before)];
      if (isIn !== wasIn) {
        const from = points[before * 2 + axis] ?? 0;
        const to = points[corner * 2 + axis] ?? 0;
        const share = (limit - from) / (to - from);
        const other = 1 - axis;
        const a = points[before * 2 + other] ?? 0;
        const b = points[corner * 2 + other] ?? 0;
        target[kept * 2 + axis] = limit;
        target[kept * 2 + other] = a + (b - a) * share;
        kept++;
      }
      if (isIn) {
        target[kept * 2] = points[corner * 2] ?? 0;
        target[kept * 2 + 1] = points[corner * 2 + 1] ?? 0;
        kept++;
      }
    }
    points = target;
    length = kept;
  }
  return { points, count: length };
}
