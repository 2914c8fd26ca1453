import { type Box, CellGrid, cellSizeFor } from "./cellGrid.ts";
import { farthestVertex, keepWithin, squaredDistance } from "./keptVertices.ts";

/** A line of x,y pairs that only meets other arcs at its two ends, and itself there if it is closed. Whole numbers below 2²⁵. */
export type Arc = Int32Array;

/** Simplified lines that come nearer to each other than this many units are brought back towards the originals. */
const clearance = 4;

/**
 * Douglas–Peucker on arcs that may share ends, all at once: no dropped vertex lies farther than `tolerance` (in the arcs' units) from the
 * line that replaces it, ends stay, and arcs meet, contain and surround each other as before. An arc between two polygons is one arc here,
 * so its polygons go on sharing it.
 *
 * Where the simplified lines cross or touch, or a vertex of one lies between another's line and what it replaces (it would have changed
 * sides), the lines concerned get back their farthest vertex, until nothing is wrong: at worst the arcs come back as they were. Pure.
 * With a tolerance of 0 only vertices on straight lines go.
 */
export function simplifyArcs(arcs: readonly Arc[], tolerance: number): Arc[] {
  const network = new Network(arcs, tolerance);
  if (tolerance > 0) network.untangle();
  return network.kept();
}

class Network {
  private readonly xs: Int32Array;
  private readonly ys: Int32Array;
  private readonly keep: Uint8Array;
  /** First vertex of each arc, and one past the last arc's end. */
  private readonly starts: number[] = [];
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly boxes: Box[] = [];
  private readonly alive: boolean[] = [];
  private readonly suspects: number[] = [];

  constructor(arcs: readonly Arc[], tolerance: number) {
    const total = arcs.reduce((sum, arc) => sum + arc.length / 2, 0);
    this.xs = new Int32Array(total);
    this.ys = new Int32Array(total);
    this.keep = new Uint8Array(total);
    let at = 0;
    for (const arc of arcs) {
      this.starts.push(at);
      for (let i = 0; i < arc.length; i += 2) {
        this.xs[at] = arc[i] ?? 0;
        this.ys[at++] = arc[i + 1] ?? 0;
      }
      keepWithin(this.xs, this.ys, this.keep, at - arc.length / 2, at - 1, tolerance);
    }
    this.starts.push(at);
  }

  kept(): Arc[] {
    const arcs: Arc[] = [];
    for (let k = 0; k + 1 < this.starts.length; k++) {
      const points: number[] = [];
      for (let i = this.starts[k] ?? 0; i < (this.starts[k + 1] ?? 0); i++)
        if (this.keep[i] === 1) points.push(this.xs[i] ?? 0, this.ys[i] ?? 0);
      arcs.push(Int32Array.from(points));
    }
    return arcs;
  }

  untangle(): void {
    for (let k = 0; k + 1 < this.starts.length; k++) {
      let before = this.starts[k] ?? 0;
      for (let i = before + 1; i < (this.starts[k + 1] ?? 0); i++) {
        if (this.keep[i] !== 1) continue;
        this.addSegment(before, i);
        before = i;
      }
    }
    const [segments, vertices] = this.indexed();
    for (let next = this.suspects.pop(); next !== undefined; next = this.suspects.pop()) this.check(next, segments, vertices);
  }

  private addSegment(from: number, to: number): number {
    let minX = Infinity;
    let minY = Infinity;
    let maxX = -Infinity;
    let maxY = -Infinity;
    for (let i = from; i <= to; i++) {
      const x = this.xs[i] ?? 0;
      const y = this.ys[i] ?? 0;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    const segment = this.from.length;
    this.from.push(from);
    this.to.push(to);
    this.boxes.push({ minX, minY, maxX, maxY });
    this.alive.push(true);
    this.suspects.push(segment);
    return segment;
  }

  /** Grids of all segments, by the boxes of what they replace, and of all vertices kept. */
  private indexed(): [CellGrid, CellGrid] {
    let bounds: Box = { minX: 0, minY: 0, maxX: 0, maxY: 0 };
    this.boxes.forEach((box, i) => {
      bounds =
        i === 0
          ? box
          : {
              minX: Math.min(bounds.minX, box.minX),
              minY: Math.min(bounds.minY, box.minY),
              maxX: Math.max(bounds.maxX, box.maxX),
              maxY: Math.max(bounds.maxY, box.maxY),
            };
    });
    const sizes = this.boxes.map(({ minX, minY, maxX, maxY }) => ({ widthX: maxX - minX, heightY: maxY - minY }));
    const cellSize = cellSizeFor(bounds, sizes, sizes.length, 512);
    const segments = new CellGrid(bounds, cellSize);
    const vertices = new CellGrid(bounds, cellSize);
    this.boxes.forEach(({ minX, minY, maxX, maxY }, segment) => {
      segments.add(segment, minX, minY, maxX, maxY);
    });
    this.keep.forEach((kept, i) => {
      if (kept === 1) this.addVertex(vertices, i);
    });
    return [segments, vertices];
  }

  private addVertex(vertices: CellGrid, i: number): void {
    const x = this.xs[i] ?? 0;
    const y = this.ys[i] ?? 0;
    vertices.add(i, x, y, x, y);
  }

  private check(segment: number, segments: CellGrid, vertices: CellGrid): void {
    if (!this.alive[segment]) return;
    const { minX, minY, maxX, maxY } = this.boxes[segment] ?? noBox;
    if (this.canSplit(segment) && vertices.some(minX, minY, maxX, maxY, (vertex) => this.isBetween(segment, vertex))) {
      this.split(segment, segments, vertices);
      return;
    }
    const tangled: number[] = [];
    segments.some(minX - clearance, minY - clearance, maxX + clearance, maxY + clearance, (other) => {
      if (other !== segment && this.alive[other] && this.meet(segment, other)) tangled.push(other);
      return false;
    });
    for (const other of tangled) this.split(other, segments, vertices);
    if (tangled.length > 0) this.split(segment, segments, vertices);
  }

  private canSplit(segment: number): boolean {
    return (this.to[segment] ?? 0) - (this.from[segment] ?? 0) > 1;
  }

  /** Gives a segment back its farthest vertex, if it still is one and has any. */
  private split(segment: number, segments: CellGrid, vertices: CellGrid): void {
    if (!this.alive[segment] || !this.canSplit(segment)) return;
    const from = this.from[segment] ?? 0;
    const to = this.to[segment] ?? 0;
    const { vertex } = farthestVertex(this.xs, this.ys, from, to);
    this.alive[segment] = false;
    this.keep[vertex] = 1;
    this.addVertex(vertices, vertex);
    for (const half of [this.addSegment(from, vertex), this.addSegment(vertex, to)]) {
      const { minX, minY, maxX, maxY } = this.boxes[half] ?? noBox;
      segments.add(half, minX, minY, maxX, maxY);
    }
    const x = this.xs[vertex] ?? 0;
    const y = this.ys[vertex] ?? 0;
    segments.some(x, y, x, y, (other) => {
      if (this.alive[other] && this.canSplit(other) && this.isBetween(other, vertex)) this.suspects.push(other);
      return false;
    });
  }

  /** Whether a vertex lies between a segment and the line it replaces. */
  private isBetween(segment: number, vertex: number): boolean {
    const { xs, ys } = this;
    const from = this.from[segment] ?? 0;
    const to = this.to[segment] ?? 0;
    if (vertex >= from && vertex <= to) return false;
    const { minX, minY, maxX, maxY } = this.boxes[segment] ?? noBox;
    const x = xs[vertex] ?? 0;
    const y = ys[vertex] ?? 0;
    if (x < minX || x > maxX || y < minY || y > maxY || this.isAt(from, x, y) || this.isAt(to, x, y)) return false;
    let inside = false;
    let x0 = xs[to] ?? 0;
    let y0 = ys[to] ?? 0;
    for (let i = from; i <= to; i++) {
      const x1 = xs[i] ?? 0;
      const y1 = ys[i] ?? 0;
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
      x0 = x1;
      y0 = y1;
    }
    return inside;
  }

  private isAt(vertex: number, x: number, y: number): boolean {
    return this.xs[vertex] === x && this.ys[vertex] === y;
  }

  /** Whether two segments cross, overlap or come too near, sharing an end aside. */
  private meet(s: number, t: number): boolean {
    const { xs, ys } = this;
    if (!this.canSplit(s) && !this.canSplit(t)) return false;
    const a = this.from[s] ?? 0;
    const b = this.to[s] ?? 0;
    const c = this.from[t] ?? 0;
    const d = this.to[t] ?? 0;
    const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0, dx = 0, dy = 0] = [xs[a], ys[a], xs[b], ys[b], xs[c], ys[c], xs[d], ys[d]];
    if (
      Math.max(ax, bx) + clearance < Math.min(cx, dx) ||
      Math.max(cx, dx) + clearance < Math.min(ax, bx) ||
      Math.max(ay, by) + clearance < Math.min(cy, dy) ||
      Math.max(cy, dy) + clearance < Math.min(ay, by)
    )
      return false;
    const near = (i: number, p: number, q: number) => squaredDistance(xs, ys, i, p, q) < clearance * clearance;
    const aIsC = ax === cx && ay === cy;
    const aIsD = ax === dx && ay === dy;
    const bIsC = bx === cx && by === cy;
    const bIsD = bx === dx && by === dy;
    if ((aIsC && bIsD) || (aIsD && bIsC)) return true;
    if (aIsC || aIsD || bIsC || bIsD) return near(aIsC || aIsD ? b : a, c, d) || near(aIsC || bIsC ? d : c, a, b);
    const side = (px: number, py: number, qx: number, qy: number, rx: number, ry: number) =>
      Math.sign((qx - px) * (ry - py) - (qy - py) * (rx - px));
    const crosses =
      side(ax, ay, bx, by, cx, cy) * side(ax, ay, bx, by, dx, dy) <= 0 && side(cx, cy, dx, dy, ax, ay) * side(cx, cy, dx, dy, bx, by) <= 0;
    return crosses || near(a, c, d) || near(b, c, d) || near(c, a, b) || near(d, a, b);
  }
}

const noBox: Box = { minX: 0, minY: 0, maxX: 0, maxY: 0 };
