import { type Box, CellGrid, cellSizeFor } from "./cellGrid.ts";

/** Points on the curve that replaces a corner, its two ends among them. */
const curveShares = [0, 1 / 3, 2 / 3, 1] as const;
/** How near a corner of another line may come to the triangle a rounded corner cuts off, in the arcs' units. */
const clearance = 4;

/**
 * Rounds the corners of arcs: each is replaced by a parabola that begins and ends on its two edges, `reach` from the corner or half-way
 * along the edge, whichever is less (quadratic B-spline; Chaikin 1974). Ends of arcs stay, so arcs that are shared stay shared. A corner
 * whose cut-off triangle another vertex comes near is left sharp, so lines that did not cross do not. Pure.
 */
export function roundCorners(arcs: readonly ArrayLike<number>[], reach: number): Float64Array[] {
  const grid = gridOf(arcs);
  return arcs.map((arc) => {
    const count = arc.length / 2;
    const x = (i: number): number => arc[2 * i] ?? 0;
    const y = (i: number): number => arc[2 * i + 1] ?? 0;
    const isClosed = count > 3 && x(0) === x(count - 1) && y(0) === y(count - 1);
    const rounded: number[] = [];
    const add = (px: number, py: number): void => {
      if (rounded.at(-2) !== px || rounded.at(-1) !== py) rounded.push(px, py);
    };
    const round = (before: number, i: number, after: number): void => {
      const from = towards(x(i), y(i), x(before), y(before), reach);
      const to = towards(x(i), y(i), x(after), y(after), reach);
      if (isNearTriangle(grid, from, { x: x(i), y: y(i) }, to)) {
        add(x(i), y(i));
        return;
      }
      for (const t of curveShares) {
        const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
        add(a * from.x + b * x(i) + c * to.x, a * from.y + b * y(i) + c * to.y);
      }
    };
    // A closed arc that no other arc meets is a whole ring, whose first vertex is a corner like any other.
    const isRing = isClosed && (grid.ends.get(`${x(0)},${y(0)}`) ?? 0) === 2;
    if (!isRing) add(x(0), y(0));
    for (let i = isRing ? 0 : 1; i + 1 < count; i++) round(i === 0 ? count - 2 : i - 1, i, i + 1);
    if (isRing) add(rounded[0] ?? 0, rounded[1] ?? 0);
    else add(x(count - 1), y(count - 1));
    return Float64Array.from(rounded);
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface VertexGrid {
  readonly cells: CellGrid;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** How many arc ends lie at each place. */
  readonly ends: ReadonlyMap<string, number>;
}

function gridOf(arcs: readonly ArrayLike<number>[]): VertexGrid {
  const total = arcs.reduce((sum, arc) => sum + arc.length / 2, 0);
  const xs = new Float64Array(total);
  const ys = new Float64Array(total);
  const ends = new Map<string, number>();
  let at = 0;
  for (const arc of arcs) {
    for (let i = 0; i < arc.length; i += 2) {
      xs[at] = arc[i] ?? 0;
      ys[at++] = arc[i + 1] ?? 0;
    }
    for (const i of [0, arc.length - 2]) {
      const key = `${arc[i]},${arc[i + 1]}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
  }
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < total; i++) {
    minX = Math.min(minX, xs[i] ?? 0);
    minY = Math.min(minY, ys[i] ?? 0);
    maxX = Math.max(maxX, xs[i] ?? 0);
    maxY = Math.max(maxY, ys[i] ?? 0);
  }
  const bounds: Box = { minX, minY, maxX, maxY };
  const cells = new CellGrid(bounds, cellSizeFor(bounds, [], total, 512));
  for (let i = 0; i < total; i++) {
    const px = xs[i] ?? 0;
    const py = ys[i] ?? 0;
    cells.add(i, px, py, px, py);
  }
  return { cells, xs, ys, ends };
}

/** The point on the way from a corner to the next one: `reach` along, half-way at most. */
function towards(x: number, y: number, nextX: number, nextY: number, reach: number): Point {
  const length = Math.hypot(nextX - x, nextY - y);
  const share = length === 0 ? 0 : Math.min(0.5, reach / length);
  return { x: x + (nextX - x) * share, y: y + (nextY - y) * share };
}

/** Whether a vertex other than the corner itself lies in the triangle or nearer to it than the clearance. */
function isNearTriangle({ cells, xs, ys }: VertexGrid, from: Point, corner: Point, to: Point): boolean {
  const turn = Math.sign((corner.x - from.x) * (to.y - corner.y) - (corner.y - from.y) * (to.x - corner.x));
  if (turn === 0) return true;
  const minX = Math.min(from.x, corner.x, to.x) - clearance;
  const minY = Math.min(from.y, corner.y, to.y) - clearance;
  const maxX = Math.max(from.x, corner.x, to.x) + clearance;
  const maxY = Math.max(from.y, corner.y, to.y) + clearance;
  const sides = [
    [from, corner],
    [corner, to],
    [to, from],
  ] as const;
  return cells.some(minX, minY, maxX, maxY, (vertex) => {
    const x = xs[vertex] ?? 0;
    const y = ys[vertex] ?? 0;
    if (x < minX || x > maxX || y < minY || y > maxY || (x === corner.x && y === corner.y)) return false;
    return sides.every(([a, b]) => {
      const length = Math.hypot(b.x - a.x, b.y - a.y);
      return turn * ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) > -clearance * length;
    });
  });
}
