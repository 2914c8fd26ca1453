import { type TracedRing, vertexMark } from "./rowTracer.ts";

/** Where a ring's first vertex in reading order is, as an index into x,y pairs. */
function topLeftIndex(points: Int32Array): number {
  let best = 0;
  for (let i = 2; i < points.length; i += 2) {
    const rowDifference = (points[i + 1] ?? 0) - (points[best + 1] ?? 0);
    if (rowDifference < 0 || (rowDifference === 0 && (points[i] ?? 0) < (points[best] ?? 0))) best = i;
  }
  return best;
}

/** The ring, begun at its first vertex in reading order, so that equal rings are equal arrays. */
export function fromTopLeft(points: Int32Array): Int32Array {
  const first = topLeftIndex(points);
  if (first === 0) return points;
  const turned = new Int32Array(points.length);
  turned.set(points.subarray(first));
  turned.set(points.subarray(0, first), points.length - first);
  return turned;
}

/** Cuts a ring wherever it passes a vertex twice, so that each ring given back passes every vertex once. Pure. */
export function splitAtRepeats({ points, marks, mayRepeat }: TracedRing): Int32Array[] {
  if (!mayRepeat) return [fromTopLeft(points)];
  const rings: Int32Array[] = [];
  const path: number[] = [];
  /** Where on the path each vertex that may come again lies. */
  const places = new Map<string, number>();
  for (let k = 0; k < marks.length; k++) {
    const x = points[2 * k] ?? 0;
    const y = points[2 * k + 1] ?? 0;
    if (marks[k] === vertexMark.saddle || marks[k] === vertexMark.guardSaddle) {
      const key = `${x},${y}`;
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, path.length);
      } else {
        const loop = path.splice(place);
        for (let i = 2; i < loop.length; i += 2) places.delete(`${loop[i]},${loop[i + 1]}`);
        rings.push(fromTopLeft(Int32Array.from(loop)));
      }
    }
    path.push(x, y);
  }
  rings.push(fromTopLeft(Int32Array.from(path)));
  return rings;
}
