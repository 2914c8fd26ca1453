import { boxOf, type PixelPolygon, ringContains, signedArea } from "./pixelPolygon.ts";

interface Vertex {
  readonly col: number;
  readonly row: number;
  next: Vertex | null;
}

interface Chain {
  first: Vertex;
  last: Vertex;
  from: number;
  to: number;
}

export interface ContourTracer {
  /** The field at one more lattice row, top to bottom; polygons that it completes are returned. */
  pushRow(values: Float32Array): PixelPolygon[];
  /** Closes what is still open along the bottom. */
  finish(): PixelPolygon[];
}

/** Segments per case of marching squares, as (from edge, to edge), inside on the left; edges: 0 top, 1 right, 2 bottom, 3 left. */
const SEGMENTS: readonly (readonly number[])[] = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

/**
 * Polygons where a field on a lattice is above 0, by marching squares with linear interpolation along lattice edges, row by
 * row: only what is still growing is held. Beyond the lattice the field counts as below 0. A saddle's two corners stay apart.
 * Coordinates are pixels, `stepPx` per lattice step, clamped to the survey.
 */
export function contourTracer(columns: number, stepPx: number, widthPx: number, heightPx: number): ContourTracer {
  // One column of outside on either side, and one row above and below.
  const paddedColumns = columns + 2;
  let above: Float32Array = new Float32Array(paddedColumns).fill(-1);
  let row = -1;
  const byStart = new Map<number, Chain>();
  const byEnd = new Map<number, Chain>();
  const waitingHoles: Float64Array[] = [];

  function clampTo(value: number, limit: number): number {
    return Math.min(limit, Math.max(0, value));
  }

  function edgeKey(edge: number, i: number): number {
    // Horizontal edges are even, vertical ones odd; each is shared by two cells.
    if (edge === 0) return (row * paddedColumns + i) * 2;
    if (edge === 2) return ((row + 1) * paddedColumns + i) * 2;
    return (row * paddedColumns + (edge === 1 ? i + 1 : i)) * 2 + 1;
  }

  function vertexOn(edge: number, i: number, below: Float32Array): Vertex {
    const isHorizontal = edge === 0 || edge === 2;
    const line = edge === 2 ? below : above;
    const at = edge === 1 ? i + 1 : i;
    const a = (isHorizontal ? line[i] : above[at]) ?? 0;
    const b = (isHorizontal ? line[i + 1] : below[at]) ?? 0;
    // Kept off the lattice points themselves, so that rings never touch.
    const share = Math.min(0.98, Math.max(0.02, a / (a - b)));
    const column = isHorizontal ? i + share : at;
    const line0 = isHorizontal ? row + (edge === 2 ? 1 : 0) : row + share;
    return { col: clampTo((column - 1) * stepPx, widthPx), row: clampTo(line0 * stepPx, heightPx), next: null };
  }

  function closeRing(chain: Chain): PixelPolygon | null {
    const points: number[] = [];
    for (let vertex: Vertex | null = chain.first; vertex !== null; vertex = vertex.next) {
      const isRepeat = points.length > 0 && points.at(-2) === vertex.col && points.at(-1) === vertex.row;
      if (!isRepeat) points.push(vertex.col, vertex.row);
    }
    if (points.length > 2 && points[0] === points.at(-2) && points[1] === points.at(-1)) points.length -= 2;
    const ring = Float64Array.from(points);
    const area = signedArea(ring);
    if (ring.length < 6 || area === 0) return null;
    if (area > 0) {
      waitingHoles.push(ring);
      return null;
    }
    const box = boxOf(ring);
    const holes: Float64Array[] = [];
    for (let i = waitingHoles.length - 1; i >= 0; i--) {
      const hole = waitingHoles[i];
      if (hole === undefined) continue;
      const [col = 0, holeRow = 0] = hole;
      const isNear = col > box.left && col < box.right && holeRow > box.top && holeRow < box.bottom;
      if (isNear && ringContains(ring, col, holeRow)) {
        holes.push(hole);
        waitingHoles.splice(i, 1);
      }
    }
    return { rings: [ring, ...holes] };
  }

  function link(from: number, to: number, makeStart: () => Vertex, makeEnd: () => Vertex): PixelPolygon | null {
    const before = byEnd.get(from);
    const after = byStart.get(to);
    if (before !== undefined && after !== undefined) {
      byEnd.delete(from);
      byStart.delete(to);
      if (before === after) return closeRing(before);
      before.last.next = after.first;
      before.last = after.last;
      before.to = after.to;
      byEnd.set(before.to, before);
    } else if (before !== undefined) {
      byEnd.delete(from);
      const vertex = makeEnd();
      before.last.next = vertex;
      before.last = vertex;
      before.to = to;
      byEnd.set(to, before);
    } else if (after !== undefined) {
      byStart.delete(to);
      const vertex = makeStart();
      vertex.next = after.first;
      after.first = vertex;
      after.from = from;
      byStart.set(from, after);
    } else {
      const first = makeStart();
      const last = makeEnd();
      first.next = last;
      const chain: Chain = { first, last, from, to };
      byStart.set(from, chain);
      byEnd.set(to, chain);
    }
    return null;
  }

  function step(below: Float32Array): PixelPolygon[] {
    const done: PixelPolygon[] = [];
    for (let i = 0; i + 1 < paddedColumns; i++) {
      const index =
        ((above[i] ?? 0) > 0 ? 1 : 0) |
        ((above[i + 1] ?? 0) > 0 ? 2 : 0) |
        ((below[i + 1] ?? 0) > 0 ? 4 : 0) |
        ((below[i] ?? 0) > 0 ? 8 : 0);
      const segments = SEGMENTS[index] ?? [];
      for (let s = 0; s < segments.length; s += 2) {
        const [from = 0, to = 0] = [segments[s], segments[s + 1]];
        const polygon = link(
          edgeKey(from, i),
          edgeKey(to, i),
          () => vertexOn(from, i, below),
          () => vertexOn(to, i, below),
        );
        if (polygon !== null) done.push(polygon);
      }
    }
    above = below;
    row++;
    return done;
  }

  return {
    pushRow(values) {
      const padded = new Float32Array(paddedColumns).fill(-1);
      padded.set(values.subarray(0, columns), 1);
      return step(padded);
    },
    finish() {
      return step(new Float32Array(paddedColumns).fill(-1));
    },
  };
}
