import { RingNodes } from "./ringNodes.ts";
import { splitAtRepeats } from "./splitRing.ts";

/** A 4-connected patch of ground at or above the threshold. Rings are col,row pairs of pixel corners, not closed, corners only. */
export interface TracedRegion {
  readonly pixelCount: number;
  /** Sum of the bytes of its pixels. */
  readonly valueSum: number;
  /** Counter-clockwise as seen on the image (row down). */
  readonly outer: Int32Array;
  /** Clockwise; each touches other rings of the region in single points at most. */
  readonly holes: readonly Int32Array[];
}

class Region {
  parent: Region | null = null;
  pixelCount = 0;
  valueSum = 0;
  lastRow = 0;
  emitted = false;
  rings: Int32Array[] = [];
}

function rootOf(region: Region): Region {
  let root = region;
  while (root.parent) root = root.parent;
  for (let step = region; step.parent; ) {
    const next: Region = step.parent;
    step.parent = root;
    step = next;
  }
  return root;
}

function united(a: Region, b: Region): Region {
  const first = rootOf(a);
  const second = rootOf(b);
  if (first === second) return first;
  const [kept, gone] = first.rings.length >= second.rings.length ? [first, second] : [second, first];
  gone.parent = kept;
  kept.pixelCount += gone.pixelCount;
  kept.valueSum += gone.valueSum;
  for (const ring of gone.rings) kept.rings.push(ring);
  gone.rings = [];
  return kept;
}

/** Runs of one row: run k covers columns cracks[2k] … cracks[2k+1] − 1. `ends[i]` is the open end of a boundary that hangs on crack i. */
class Runs {
  readonly cracks: Int32Array;
  readonly ends: Int32Array;
  readonly regions: Region[] = [];
  crackCount = 0;

  constructor(widthPx: number) {
    this.cracks = new Int32Array(widthPx + 2);
    this.ends = new Int32Array(widthPx + 2);
  }
}

/** Positive for clockwise rings (row down): holes. */
function doubleArea(ring: Int32Array): number {
  let sum = 0;
  let x0 = ring[ring.length - 2] ?? 0;
  let y0 = ring[ring.length - 1] ?? 0;
  for (let i = 0; i < ring.length; i += 2) {
    const x = ring[i] ?? 0;
    const y = ring[i + 1] ?? 0;
    sum += x0 * y - x * y0;
    x0 = x;
    y0 = y;
  }
  return sum;
}

/**
 * Traces the boundaries (cracks between pixels) of 4-connected regions, one row at a time, and gives each region as soon as its last
 * row has passed. Only open boundaries and the rings of open regions are kept, so the result cannot depend on how rows are grouped.
 *
 * Directed boundaries have the region on their left: down a left edge, up a right edge, east under it, west over it. At a corner where
 * two pixels of ground meet diagonally the boundary stays with its own pixel; a ring that so touches itself is then split there, which
 * gives valid polygons whose holes touch in points (as `gdal_polygonize` has them).
 */
export class RowTracer {
  private above: Runs;
  private below: Runs;
  private row = 0;
  private readonly nodes = new RingNodes();
  private readonly emptyRow: Uint8Array;

  constructor(
    private readonly widthPx: number,
    /** Smallest byte that belongs to a region; at least 1. */
    private readonly thresholdByte: number,
    private readonly onRegion: (region: TracedRegion) => void,
  ) {
    this.above = new Runs(widthPx);
    this.below = new Runs(widthPx);
    this.emptyRow = new Uint8Array(widthPx);
  }

  /** The next row: `widthPx` bytes of `data` from `offset`. */
  pushRow(data: Uint8Array, offset = 0): void {
    this.findRuns(data, offset);
    this.joinBoundaries();
    this.emitEnded();
    const done = this.above;
    this.above = this.below;
    this.below = done;
    this.row++;
  }

  /** Closes what is still open; call once, after the last row. */
  finish(): void {
    this.pushRow(this.emptyRow);
  }

  /** Runs of the new row, each in the region of the runs above that it overlaps. */
  private findRuns(data: Uint8Array, offset: number): void {
    const { above, below, row, thresholdByte } = this;
    const { cracks, regions } = below;
    const aboveCracks = above.cracks;
    const end = offset + this.widthPx;
    let count = 0;
    let over = 0;
    let at = offset;
    regions.length = 0;
    while (at < end) {
      while (at < end && (data[at] ?? 0) < thresholdByte) at++;
      if (at === end) break;
      const start = at - offset;
      let sum = 0;
      for (; at < end; at++) {
        const value = data[at] ?? 0;
        if (value < thresholdByte) break;
        sum += value;
      }
      const stop = at - offset;
      while (over < above.crackCount && (aboveCracks[over + 1] ?? 0) <= start) over += 2;
      let region: Region | null = null;
      for (let k = over; k < above.crackCount && (aboveCracks[k] ?? 0) < stop; k += 2) {
        const touched = above.regions[k >> 1];
        if (touched) region = region ? united(region, touched) : rootOf(touched);
      }
      region ??= new Region();
      region.pixelCount += stop - start;
      region.valueSum += sum;
      region.lastRow = row;
      regions.push(region);
      cracks[count++] = start;
      cracks[count++] = stop;
    }
    below.crackCount = count;
  }

  /** Walks the line of corners between the row above and the new one and joins the cracks that meet there. */
  private joinBoundaries(): void {
    const { above, below, nodes, row } = this;
    const far = this.widthPx + 1;
    let i = 0;
    let j = 0;
    /** End of the boundary that comes along the line from the left. */
    let along = -1;
    while (i < above.crackCount || j < below.crackCount) {
      const aboveCol = i < above.crackCount ? (above.cracks[i] ?? far) : far;
      const belowCol = j < below.crackCount ? (below.cracks[j] ?? far) : far;
      const col = Math.min(aboveCol, belowCol);
      const hasAbove = aboveCol === col;
      const hasBelow = belowCol === col;
      const northWest = (i & 1) === 1;
      const southWest = (j & 1) === 1;
      const northEast = northWest !== hasAbove;
      const southEast = southWest !== hasBelow;
      const hasLeft = northWest !== southWest;
      const hasRight = northEast !== southEast;
      const upper = above.ends[i] ?? -1;
      if (hasAbove && hasBelow) {
        if (!hasLeft) {
          below.ends[j] = upper;
        } else if (northWest) {
          this.close(along, upper, col, i, true);
          along = nodes.start(col, row, true);
          below.ends[j] = along;
        } else {
          below.ends[j] = nodes.prepend(along, col, row, true);
          along = nodes.append(upper, col, row, true);
        }
      } else if (hasAbove && hasLeft) {
        if (northWest) this.close(along, upper, col, i, false);
        else this.close(upper, along, col, i, false);
      } else if (hasAbove) {
        along = northEast ? nodes.append(upper, col, row, false) : nodes.prepend(upper, col, row, false);
      } else if (hasLeft) {
        below.ends[j] = northWest ? nodes.append(along, col, row, false) : nodes.prepend(along, col, row, false);
      } else if (hasRight) {
        along = nodes.start(col, row, false);
        below.ends[j] = along;
      }
      if (hasAbove) i++;
      if (hasBelow) j++;
    }
  }

  /** Joins the boundary that arrives at a corner with the one that leaves it; both are known. */
  private close(arriving: number, leaving: number, col: number, crack: number, saddle: boolean): void {
    const ring = this.nodes.join(arriving, leaving, col, this.row, saddle);
    if (!ring) return;
    const region = this.above.regions[crack >> 1];
    if (region) for (const simple of splitAtRepeats(ring)) rootOf(region).rings.push(simple);
  }

  private emitEnded(): void {
    const { above, row } = this;
    for (const each of above.regions) {
      const region = rootOf(each);
      if (region.lastRow === row || region.emitted) continue;
      region.emitted = true;
      const holes: Int32Array[] = [];
      let outer: Int32Array | null = null;
      for (const ring of region.rings) {
        if (doubleArea(ring) < 0) outer = ring;
        else holes.push(ring);
      }
      if (outer) this.onRegion({ pixelCount: region.pixelCount, valueSum: region.valueSum, outer, holes });
    }
  }
}
