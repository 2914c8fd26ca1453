import { type TracedRing, vertexMark } from "./rowTracer.ts";

/** Outlines are kept as whole 1/256 pixels, so that which side of a line a point lies on is decided without rounding. */
export const unitsPerPixel = 256;

/** Nearer than this to a pixel's centre a crossing is not put: crossings of one pixel then never meet. */
const leastFromCentre = 2;

/**
 * Where a contour crosses between the centre of a pixel of ground and the centre of its neighbour, linear in their values: units from
 * their common edge, positive away from the ground. On the edge itself where the neighbour holds no data (0).
 */
export function crossingOffset(ground: number, neighbour: number, level: number): number {
  if (neighbour === 0) return 0;
  const share = (ground - level) / (ground - neighbour);
  const units = Math.round(share * unitsPerPixel);
  return Math.min(unitsPerPixel - leastFromCentre, Math.max(leastFromCentre, units)) - unitsPerPixel / 2;
}

/** The ring of a sub-pixel contour without the pixel corners that only helped to trace it. */
export function contourOnly({ points, marks }: TracedRing): TracedRing {
  let count = 0;
  for (const mark of marks) if (mark >= vertexMark.crossing) count++;
  const kept = new Int32Array(count * 2);
  const keptMarks = new Uint8Array(count);
  let mayRepeat = false;
  let at = 0;
  for (let k = 0; k < marks.length; k++) {
    const mark = marks[k] ?? 0;
    if (mark < vertexMark.crossing) continue;
    kept[2 * at] = points[2 * k] ?? 0;
    kept[2 * at + 1] = points[2 * k + 1] ?? 0;
    keptMarks[at++] = mark;
    if (mark === vertexMark.guardSaddle) mayRepeat = true;
  }
  return { points: kept, marks: keptMarks, mayRepeat };
}
