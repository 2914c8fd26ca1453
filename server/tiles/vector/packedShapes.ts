import type { Polygon } from "@reefline/schema/feature";
import Flatbush from "flatbush";
import { growingCounts, growingDoubles, growingFloats } from "./growing.ts";
import { Positions } from "./positions.ts";
import { ringImportance } from "./ringImportance.ts";

/** A box on the unit square of Web Mercator: x eastwards and y southwards from its north-west corner. Beyond 0–1 across the antimeridian. */
export interface UnitBox {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

const maxSine = Math.tanh(Math.PI);

export function unitX(lon: number): number {
  return (lon + 180) / 360;
}

export function unitY(lat: number): number {
  const sine = Math.min(maxSine, Math.max(-maxSine, Math.sin((lat * Math.PI) / 180)));
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/**
 * Polygons in memory as tiles need them: 12 bytes a corner (its distance from the polygon's own corner, and how much the ring would move
 * without it), a box each, and a packed R-tree (Flatbush) over the boxes. Places are numbers from 0 in the order of `add`.
 */
export class PackedShapes {
  private readonly boxes = growingDoubles();
  private readonly firstRing = growingCounts();
  private readonly firstCorner = growingCounts();
  private readonly dx = growingFloats();
  private readonly dy = growingFloats();
  private readonly importance = growingFloats();
  private readonly positions = new Positions();
  private readonly unit = new Growable();
  private removed = new Set<number>();
  private tree: Flatbush | null = null;
  /** Some polygon crosses the antimeridian. */
  wraps = false;

  /** Places given so far, removed ones among them. */
  get count(): number {
    return this.firstRing.length;
  }

  get removedCount(): number {
    return this.removed.size;
  }

  get byteLength(): number {
    return this.dx.data.byteLength * 3 + this.boxes.data.byteLength * 2;
  }

  /** Takes a polygon in; the answer is its place. Rings turn the way tiles want them, whichever way they came. */
  add(polygon: Polygon): number {
    this.positions.take(polygon);
    return this.pack();
  }

  /** `add` for a polygon as a column has it. */
  addText(geometryJson: string): number {
    this.positions.read(geometryJson);
    return this.pack();
  }

  private pack(): number {
    const { lonLat, ringEnds } = this.positions;
    const place = this.firstRing.push(this.firstCorner.length);
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    let nearLon = lonLat[0] ?? 0;
    let start = 0;
    for (const [ring, end] of ringEnds.entries()) {
      const count = Math.max(0, end - start - 1);
      const corners = this.unit.atLeast(count * 2).subarray(0, count * 2);
      for (let at = 0; at < corners.length; at += 2) {
        const lon = lonLat[start * 2 + at] ?? 0;
        // A step of more than half the world is one across the antimeridian.
        nearLon = lon - 360 * Math.round((lon - nearLon) / 360);
        const [x, y] = [unitX(nearLon), unitY(lonLat[start * 2 + at + 1] ?? 0)];
        corners[at] = x;
        corners[at + 1] = y;
        if (ring > 0) continue;
        if (x < minX) minX = x;
        if (x > maxX) maxX = x;
        if (y < minY) minY = y;
        if (y > maxY) maxY = y;
      }
      // y grows southwards, so that an outer ring with positive area runs clockwise on the screen.
      if (doubleAreaOf(corners) > 0 !== (ring === 0)) reverseCorners(corners);
      this.firstCorner.push(this.dx.length);
      const from = this.dx.extend(count);
      this.dy.extend(count);
      this.importance.extend(count);
      for (let corner = 0; corner < count; corner++) {
        this.dx.data[from + corner] = (corners[corner * 2] ?? 0) - minX;
        this.dy.data[from + corner] = (corners[corner * 2 + 1] ?? 0) - minY;
      }
      this.importance.data.set(ringImportance(corners, count), from);
      start = end;
    }
    for (const side of [minX, minY, maxX, maxY]) this.boxes.push(side);
    if (minX < 0 || maxX > 1) this.wraps = true;
    this.tree = null;
    return place;
  }

  remove(place: number): void {
    this.removed.add(place);
  }

  box(place: number): UnitBox {
    const at = place * 4;
    return { minX: this.boxes.at(at), minY: this.boxes.at(at + 1), maxX: this.boxes.at(at + 2), maxY: this.boxes.at(at + 3) };
  }

  /** The longer side of the box. */
  size(place: number): number {
    const at = place * 4;
    const { data } = this.boxes;
    return Math.max((data[at + 2] ?? 0) - (data[at] ?? 0), (data[at + 3] ?? 0) - (data[at + 1] ?? 0));
  }

  /** Places whose box touches `box`, in no order. */
  touching(box: UnitBox): number[] {
    if (this.count === 0) return [];
    if (!this.tree) {
      const tree = new Flatbush(this.count);
      const { data } = this.boxes;
      for (let at = 0; at < this.count * 4; at += 4) tree.add(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, data[at + 3] ?? 0);
      tree.finish();
      this.tree = tree;
    }
    const { removed } = this;
    return this.tree.search(box.minX, box.minY, box.maxX, box.maxY, removed.size > 0 ? (place) => !removed.has(place) : undefined);
  }

  /**
   * Calls `take` with each ring of a polygon: its corners that matter at a squared tolerance, as x, y pairs in `into` after
   * `(corner − origin) · scale`, and how many they are.
   */
  rings(
    place: number,
    transform: { originX: number; originY: number; scale: number; squaredTolerance: number },
    into: Growable,
    take: (count: number, ring: number) => void,
  ): void {
    const { originX, originY, scale, squaredTolerance } = transform;
    const offsetX = (this.boxes.at(place * 4) - originX) * scale;
    const offsetY = (this.boxes.at(place * 4 + 1) - originY) * scale;
    const first = this.firstRing.at(place);
    const end = place + 1 < this.count ? this.firstRing.at(place + 1) : this.firstCorner.length;
    const { data: dx } = this.dx;
    const { data: dy } = this.dy;
    const { data: importance } = this.importance;
    for (let ring = first; ring < end; ring++) {
      const from = this.firstCorner.at(ring);
      const to = ring + 1 < this.firstCorner.length ? this.firstCorner.at(ring + 1) : this.dx.length;
      const points = into.atLeast((to - from) * 2);
      let count = 0;
      for (let corner = from; corner < to; corner++) {
        if ((importance[corner] ?? 0) < squaredTolerance) continue;
        points[count * 2] = offsetX + (dx[corner] ?? 0) * scale;
        points[count * 2 + 1] = offsetY + (dy[corner] ?? 0) * scale;
        count++;
      }
      take(count, ring - first);
    }
  }
}

/** Room for x, y pairs that is used again and again. */
export class Growable {
  data = new Float64Array(4_096);

  atLeast(length: number): Float64Array {
    if (this.data.length < length) this.data = new Float64Array(length * 2);
    return this.data;
  }
}

/** Twice the area that a ring encloses, measured from its first corner so that far from the origin no digits are lost. */
function doubleAreaOf(corners: Float64Array): number {
  const [originX, originY] = [corners[0] ?? 0, corners[1] ?? 0];
  let doubleArea = 0;
  for (let at = 0; at < corners.length; at += 2) {
    const next = at + 2 < corners.length ? at + 2 : 0;
    const [x, y] = [corners[at] ?? 0, corners[at + 1] ?? 0];
    doubleArea += (x - originX) * ((corners[next + 1] ?? 0) - originY) - ((corners[next] ?? 0) - originX) * (y - originY);
  }
  return doubleArea;
}

function reverseCorners(corners: Float64Array): void {
  for (let low = 0, high = corners.length - 2; low < high; low += 2, high -= 2) {
    const [x, y] = [corners[low] ?? 0, corners[low + 1] ?? 0];
    corners[low] = corners[high] ?? 0;
    corners[low + 1] = corners[high + 1] ?? 0;
    corners[high] = x;
    corners[high + 1] = y;
  }
}
