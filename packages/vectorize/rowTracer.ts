import { firstEmpty, firstFilled } from "./byteSearch.ts";
import { RingNodes, type TracedRing, vertexMark } from "./ringNodes.ts";
import { crossingOffset, unitsPerPixel } from "./subpixel.ts";
import { ValueCounts } from "./valueCounts.ts";

/** A connected patch of ground at or above the threshold. */
export interface TracedRegion {
  readonly pixelCount: number;
  /** Sum of the bytes of its pixels. */
  readonly valueSum: number;
  /** The byte that a tenth of its pixels do not exceed; 0 when it was not asked for. */
  readonly tenthPercentile: number;
  /**
   * One outer ring, counter-clockwise as seen on the image (row down), and its holes, clockwise, in the order they were closed. In pixel
   * corners, or for a sub-pixel contour in 1/256 pixel. A ring may pass a saddle twice: see `splitAtRepeats`.
   */
  readonly rings: readonly TracedRing[];
}

export interface TracerOptions {
  /** Smallest byte that belongs to a region; at least 1. */
  readonly thresholdByte: number;
  /** 4: pixels that meet diagonally are apart (the background then is joined there); 8: they belong together. */
  readonly connectivity?: 4 | 8;
  /** The threshold as a real number on the scale of bytes, for contours that run between pixel centres by their values. */
  readonly contourLevel?: number;
  /** Leave `valueSum` at 0, for masks whose bytes mean nothing more. */
  readonly isPlainMask?: boolean;
  /** Count bytes per region, for `tenthPercentile`. */
  readonly countValues?: boolean;
}

class Region {
  parent: Region | null = null;
  pixelCount = 0;
  valueSum = 0;
  counts = -1;
  lastRow = 0;
  emitted = false;
  rings: TracedRing[] = [];
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

/**
 * Traces the boundaries (cracks between pixels) of connected regions, one row at a time, and gives each region as soon as its last
 * row has passed. Only open boundaries and the rings of open regions are kept, so the result cannot depend on how rows are grouped.
 *
 * Directed boundaries have the region on their left: down a left edge, up a right edge, east under it, west over it. At a saddle, a corner
 * where two pixels of ground meet diagonally, the boundary stays with its own pixel (4-connected) or goes over to the other (8-connected).
 *
 * With `contourLevel` each crack becomes the point where the line between the two pixel centres reaches the level: marching squares
 * (Lorensen & Cline 1987, in the plane), saddles resolved by the connectivity, always the same way. Against pixels without data (0) and
 * the raster's edge the contour follows the pixels' own edges.
 */
export class RowTracer {
  private above: Runs;
  private below: Runs;
  private row = 0;
  private readonly nodes = new RingNodes();
  private words: Int32Array = new Int32Array(0);
  private wordsFor: Uint8Array | null = null;
  private readonly counts: ValueCounts | null;
  private readonly joinsDiagonals: boolean;
  private readonly thresholdByte: number;
  private readonly skipsRuns: boolean;
  private readonly level: number | null;
  private readonly scale: number;
  /** Bytes of the row above and of this one, with a pixel of nothing at either side; for sub-pixel contours only. */
  private upper: Uint8Array;
  private lower: Uint8Array;

  constructor(
    private readonly widthPx: number,
    { thresholdByte, connectivity = 4, contourLevel, isPlainMask = false, countValues = false }: TracerOptions,
    private readonly onRegion: (region: TracedRegion) => void,
  ) {
    this.above = new Runs(widthPx);
    this.below = new Runs(widthPx);
    this.thresholdByte = thresholdByte;
    this.skipsRuns = isPlainMask && thresholdByte === 1;
    this.joinsDiagonals = connectivity === 8;
    this.level = contourLevel ?? null;
    this.scale = this.level === null ? 1 : unitsPerPixel;
    this.counts = countValues ? new ValueCounts() : null;
    const rowLength = this.level === null ? 0 : widthPx + 2;
    this.upper = new Uint8Array(rowLength);
    this.lower = new Uint8Array(rowLength);
  }

  /** The next row: `widthPx` bytes of `data` from `offset`. */
  pushRow(data: Uint8Array, offset = 0): void {
    if (this.level !== null) this.lower.set(data.subarray(offset, offset + this.widthPx), 1);
    this.findRuns(data, offset);
    if (this.above.crackCount > 0 || this.below.crackCount > 0) this.joinBoundaries();
    if (this.above.regions.length > 0) this.emitEnded();
    const { above, upper } = this;
    this.above = this.below;
    this.below = above;
    this.upper = this.lower;
    this.lower = upper;
    this.row++;
  }

  /** Closes what is still open; call once, after the last row. */
  finish(): void {
    this.pushRow(new Uint8Array(this.widthPx));
  }

  /** Runs of the new row, each in the region of the runs above that it touches. */
  private findRuns(data: Uint8Array, offset: number): void {
    const { above, below, row, thresholdByte, counts } = this;
    const { cracks, regions } = below;
    const aboveCracks = above.cracks;
    const aboveCount = above.crackCount;
    // A run above touches one below when they share a column, or, 8-connected, a corner.
    const reach = this.joinsDiagonals ? 1 : 0;
    const end = offset + this.widthPx;
    let count = 0;
    let over = 0;
    const words = this.wordsOf(data);
    const base = data.byteOffset;
    let at = offset;
    regions.length = 0;
    for (;;) {
      at = this.nextGround(data, words, base, at, end);
      if (at >= end) break;
      const start = at - offset;
      let sum = 0;
      if (this.skipsRuns) at = firstEmpty(data, words, base, at, end);
      else
        for (; at < end; at++) {
          const value = data[at] ?? 0;
          if (value < thresholdByte) break;
          sum += value;
        }
      const stop = at - offset;
      while (over < aboveCount && (aboveCracks[over + 1] ?? 0) + reach <= start) over += 2;
      let region: Region | null = null;
      for (let k = over; k < aboveCount && (aboveCracks[k] ?? 0) < stop + reach; k += 2) {
        const touched = above.regions[k >> 1];
        if (touched) region = region ? this.united(region, touched) : rootOf(touched);
      }
      region ??= new Region();
      region.pixelCount += stop - start;
      region.valueSum += sum;
      region.lastRow = row;
      if (counts) {
        if (region.counts < 0) region.counts = counts.take();
        counts.add(region.counts, data, offset + start, offset + stop);
      }
      regions.push(region);
      cracks[count++] = start;
      cracks[count++] = stop;
    }
    below.crackCount = count;
  }

  /** The first pixel of ground from `from` on, `end` if there is none; empty stretches are passed sixteen pixels at a time. */
  private nextGround(data: Uint8Array, words: Int32Array, base: number, from: number, end: number): number {
    const { thresholdByte } = this;
    let at = from;
    while (at < end) {
      at = firstFilled(data, words, base, at, end);
      if (at >= end || (data[at] ?? 0) >= thresholdByte) return at;
      at++;
    }
    return end;
  }

  /** The buffer that bytes lie in, four to a number. */
  private wordsOf(data: Uint8Array): Int32Array {
    if (this.wordsFor !== data) {
      this.wordsFor = data;
      this.words = new Int32Array(data.buffer, 0, data.buffer.byteLength >> 2);
    }
    return this.words;
  }

  private united(a: Region, b: Region): Region {
    const first = rootOf(a);
    const second = rootOf(b);
    if (first === second) return first;
    const [kept, gone] = first.rings.length >= second.rings.length ? [first, second] : [second, first];
    gone.parent = kept;
    kept.pixelCount += gone.pixelCount;
    kept.valueSum += gone.valueSum;
    if (this.counts) kept.counts = this.counts.merge(kept.counts, gone.counts);
    for (const ring of gone.rings) kept.rings.push(ring);
    gone.rings = [];
    return kept;
  }

  /** Walks the line of corners between the row above and the new one and joins the cracks that meet there. */
  private joinBoundaries(): void {
    const { above, below, nodes, row, level, scale } = this;
    const far = this.widthPx + 1;
    let i = 0;
    let j = 0;
    /** End of the boundary that comes along the line from the left, and where it stands. */
    let along = -1;
    let alongFrom = -1;
    const y = row * scale;
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
      const x = col * scale;
      if (level !== null && hasLeft) along = this.crossRow(along, alongFrom, col, northWest, level);
      const mark = level === null ? vertexMark.corner : this.guardMark(col, northWest, northEast, southWest, southEast);
      if (hasAbove && hasBelow) {
        if (!hasLeft) {
          below.ends[j] = level === null || mark === vertexMark.corner ? upper : this.extend(upper, (j & 1) === 0, x, y, mark);
        } else {
          const saddle = mark === vertexMark.guard ? vertexMark.guardSaddle : vertexMark.saddle;
          if (northWest !== this.joinsDiagonals) {
            if (northWest) this.close(along, upper, x, y, i, saddle);
            else this.close(upper, along, x, y, i, saddle);
            along = nodes.start(x, y, saddle);
            below.ends[j] = along;
          } else if (northWest) {
            below.ends[j] = nodes.append(along, x, y, saddle);
            along = nodes.prepend(upper, x, y, saddle);
          } else {
            below.ends[j] = nodes.prepend(along, x, y, saddle);
            along = nodes.append(upper, x, y, saddle);
          }
        }
      } else if (hasAbove && hasLeft) {
        if (northWest) this.close(along, upper, x, y, i, mark);
        else this.close(upper, along, x, y, i, mark);
      } else if (hasAbove) {
        along = this.extend(upper, northEast, x, y, mark);
      } else if (hasLeft) {
        below.ends[j] = this.extend(along, northWest, x, y, mark);
      } else if (hasRight) {
        along = nodes.start(x, y, mark);
        below.ends[j] = along;
      }
      alongFrom = col;
      if (hasAbove) i++;
      if (hasBelow) j++;
    }
    if (level !== null) this.crossColumns(level);
  }

  private extend(end: number, isLast: boolean, x: number, y: number, mark: number): number {
    return isLast ? this.nodes.append(end, x, y, mark) : this.nodes.prepend(end, x, y, mark);
  }

  /** Contour points on the horizontal cracks from one corner to the next, on the line above the new row. */
  private crossRow(along: number, fromCol: number, toCol: number, groundAbove: boolean, level: number): number {
    let end = along;
    const y = this.row * unitsPerPixel;
    for (let col = fromCol; col < toCol; col++) {
      const above = this.upper[col + 1] ?? 0;
      const below = this.lower[col + 1] ?? 0;
      const beyond = groundAbove ? this.lower : this.upper;
      if (col > fromCol && (beyond[col] === 0) !== (beyond[col + 1] === 0))
        end = this.extend(end, groundAbove, col * unitsPerPixel, y, vertexMark.guard);
      const shift = groundAbove ? crossingOffset(above, below, level) : -crossingOffset(below, above, level);
      end = this.extend(end, groundAbove, col * unitsPerPixel + unitsPerPixel / 2, y + shift, vertexMark.crossing);
    }
    return end;
  }

  /** Contour points on the vertical cracks of the new row. */
  private crossColumns(level: number): void {
    const { below } = this;
    const y = this.row * unitsPerPixel + unitsPerPixel / 2;
    for (let j = 0; j < below.crackCount; j++) {
      const col = below.cracks[j] ?? 0;
      const left = this.lower[col] ?? 0;
      const right = this.lower[col + 1] ?? 0;
      const isLeftEdge = (j & 1) === 0;
      const shift = isLeftEdge ? -crossingOffset(right, left, level) : crossingOffset(left, right, level);
      below.ends[j] = this.extend(below.ends[j] ?? -1, isLeftEdge, col * unitsPerPixel + shift, y, vertexMark.crossing);
    }
  }

  /** Whether a sub-pixel contour must pass through the corner itself, so that it does not cut across a pixel without data. */
  private guardMark(col: number, northWest: boolean, northEast: boolean, southWest: boolean, southEast: boolean): number {
    const ground = Number(northWest) + Number(northEast) + Number(southWest) + Number(southEast);
    // Round a single pixel of ground, and round each of two that stay apart, the contour keeps to the ground's own side.
    if (ground < 2) return vertexMark.corner;
    const isSaddle = northWest === southEast && northEast === southWest;
    if (isSaddle && !this.joinsDiagonals) return vertexMark.corner;
    const { upper, lower } = this;
    const isEmpty =
      (!northWest && upper[col] === 0) ||
      (!northEast && upper[col + 1] === 0) ||
      (!southWest && lower[col] === 0) ||
      (!southEast && lower[col + 1] === 0);
    return isEmpty ? vertexMark.guard : vertexMark.corner;
  }

  /** Joins the boundary that arrives at a corner with the one that leaves it; both are known. */
  private close(arriving: number, leaving: number, x: number, y: number, crack: number, mark: number): void {
    const ring = this.nodes.join(arriving, leaving, x, y, mark);
    if (!ring) return;
    const region = this.above.regions[crack >> 1];
    if (region) rootOf(region).rings.push(ring);
  }

  private emitEnded(): void {
    const { above, row, counts } = this;
    for (const each of above.regions) {
      if (each.lastRow === row) continue;
      const region = rootOf(each);
      if (region.lastRow === row || region.emitted) continue;
      region.emitted = true;
      const { pixelCount, valueSum, rings } = region;
      const tenthPercentile = counts ? counts.quantile(region.counts, pixelCount, 0.1) : 0;
      counts?.giveBack(region.counts);
      this.onRegion({ pixelCount, valueSum, tenthPercentile, rings });
    }
  }
}
