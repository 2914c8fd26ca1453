import type { Grid, Window } from "@reefline/schema/grid";
import type { RasterArray } from "../array.ts";
import { newSamples } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import { throwIfAborted } from "../tiff/rasterError.ts";
import { pixelToPixel, type ToPixel, type WarpPositions, warpPositions } from "./warpPositions.ts";
import { sampleBilinear, sampleBox, type WarpSource } from "./warpSample.ts";

/** A raster as it lies on another grid. */
export interface Warp {
  /** Where on the target it may hold anything, in the target's pixels; null: nowhere. */
  readonly extent: Window | null;
  /** Native samples of a window of the target: as many bands as asked for, all by default. */
  read(window: Window, options?: { bands?: readonly number[]; signal?: AbortSignal }): Promise<RasterArray>;
}

/** Target pixels worked on at once, and source samples held for them. */
const partPx = 1_024;
const sourceSamplesAtOnce = 2 ** 24;
const edgeSteps = 32;
/** From this many source pixels to a target pixel on they are averaged. */
const averageFrom = 1.1;

/**
 * A raster on the grid of another, in the same CRS or not. Where the pixels are the same they are copied; where the target is coarser the
 * area-weighted mean is taken (from the overview that still is as fine), else bilinear interpolation. A pixel is valid when at least half
 * of what it is made from is. The same pixel has the same value in any window.
 */
export function warp(raster: Raster, target: Grid): Warp {
  const toPixel = pixelToPixel(target, raster.grid);
  const extent = extentOn(target, raster.grid);
  if (!extent) return { extent, read: async (window, { bands } = {}) => empty(raster, window, bands) };
  const { acrossPx, downPx } = pixelFootprint(toPixel, extent);
  const copyOf = wholeShift(toPixel, extent, raster.grid);
  const level = coarsestAsFine(raster, Math.min(acrossPx, downPx));
  const size = raster.levels[level] ?? raster.grid;
  const factorX = size.widthPx / raster.grid.widthPx;
  const factorY = size.heightPx / raster.grid.heightPx;
  const boxWidthPx = Math.max(1, acrossPx * factorX);
  const boxHeightPx = Math.max(1, downPx * factorY);
  const averages = Math.max(boxWidthPx, boxHeightPx) > averageFrom;
  // What a position may touch around it.
  const reachX = averages ? boxWidthPx / 2 : 1;
  const reachY = averages ? boxHeightPx / 2 : 1;

  async function readPart(window: Window, out: RasterArray, at: Window, bands: readonly number[] | undefined, signal?: AbortSignal) {
    throwIfAborted(signal);
    const positions = warpPositions(toPixel, window);
    const needed = sourceWindow(positions, factorX, factorY, reachX, reachY, size.widthPx, size.heightPx);
    if (!needed) return;
    if (needed.widthPx * needed.heightPx * out.bandCount > sourceSamplesAtOnce && window.widthPx * window.heightPx > 64 * 64) {
      for (const half of halves(window)) await readPart(half, out, at, bands, signal);
      return;
    }
    const array = await raster.read(needed, { level, bands, signal });
    const source: WarpSource = {
      array,
      levelWidthPx: size.widthPx,
      levelHeightPx: size.heightPx,
      colOff: needed.colOff,
      rowOff: needed.rowOff,
      factorX,
      factorY,
    };
    const data = newSamples(raster.sampleType, window.widthPx * window.heightPx * out.bandCount);
    const valid = new Uint8Array(window.widthPx * window.heightPx);
    if (averages) sampleBox(source, positions, boxWidthPx, boxHeightPx, data, valid);
    else sampleBilinear(source, positions, data, valid);
    for (let row = 0; row < window.heightPx; row++) {
      const from = row * window.widthPx;
      const to = (window.rowOff - at.rowOff + row) * at.widthPx + (window.colOff - at.colOff);
      out.data.set(data.subarray(from * out.bandCount, (from + window.widthPx) * out.bandCount), to * out.bandCount);
      out.valid.set(valid.subarray(from, from + window.widthPx), to);
    }
  }

  return {
    extent,
    async read(window, { bands, signal } = {}) {
      if (copyOf) {
        const { colOff, rowOff, widthPx, heightPx } = window;
        return raster.read({ colOff: colOff + copyOf.cols, rowOff: rowOff + copyOf.rows, widthPx, heightPx }, { bands, signal });
      }
      const out = empty(raster, window, bands);
      for (let row = 0; row < window.heightPx; row += partPx) {
        for (let col = 0; col < window.widthPx; col += partPx) {
          const part = {
            colOff: window.colOff + col,
            rowOff: window.rowOff + row,
            widthPx: Math.min(partPx, window.widthPx - col),
            heightPx: Math.min(partPx, window.heightPx - row),
          };
          await readPart(part, out, window, bands, signal);
        }
      }
      return out;
    },
  };
}

function empty(raster: Raster, { widthPx, heightPx }: Window, bands?: readonly number[]): RasterArray {
  const bandCount = bands?.length ?? raster.bandNames.length;
  return {
    layout: "pixel-interleaved",
    sampleType: raster.sampleType,
    bandCount,
    widthPx,
    heightPx,
    data: newSamples(raster.sampleType, widthPx * heightPx * bandCount),
    valid: new Uint8Array(widthPx * heightPx),
  };
}

/** The box of target pixels that a source's edges enclose, a pixel wider, cut to the target. */
function extentOn(target: Grid, source: Grid): Window | null {
  const toTarget = pixelToPixel(source, target);
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  const { widthPx: w, heightPx: h } = source;
  for (let i = 0; i <= edgeSteps; i++) {
    const t = i / edgeSteps;
    for (const [x, y] of [
      [w * t, 0],
      [w * t, h],
      [0, h * t],
      [w, h * t],
    ] as const) {
      const { col, row } = toTarget(x, y);
      if (!Number.isFinite(col) || !Number.isFinite(row)) continue;
      left = Math.min(left, col);
      right = Math.max(right, col);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
    }
  }
  const colOff = Math.max(0, Math.floor(left) - 1);
  const rowOff = Math.max(0, Math.floor(top) - 1);
  const widthPx = Math.min(target.widthPx, Math.ceil(right) + 1) - colOff;
  const heightPx = Math.min(target.heightPx, Math.ceil(bottom) + 1) - rowOff;
  return widthPx > 0 && heightPx > 0 ? { colOff, rowOff, widthPx, heightPx } : null;
}

/** The sides, in source pixels, of the box as large as a target pixel, at the middle of the extent; a turned pixel is no larger. */
function pixelFootprint(toPixel: ToPixel, extent: Window): { acrossPx: number; downPx: number } {
  const col = extent.colOff + extent.widthPx / 2;
  const row = extent.rowOff + extent.heightPx / 2;
  const [west, east, north, south] = [toPixel(col - 0.5, row), toPixel(col + 0.5, row), toPixel(col, row - 0.5), toPixel(col, row + 0.5)];
  return {
    acrossPx: Math.hypot(east.col - west.col, south.col - north.col),
    downPx: Math.hypot(east.row - west.row, south.row - north.row),
  };
}

/** The shift that makes target pixels source pixels, to a hundredth of a pixel at every corner; null when there is none. */
function wholeShift(toPixel: ToPixel, extent: Window, source: Grid): { cols: number; rows: number } | null {
  const first = toPixel(extent.colOff, extent.rowOff);
  const cols = Math.round(first.col) - extent.colOff;
  const rows = Math.round(first.row) - extent.rowOff;
  const end = { col: extent.colOff + extent.widthPx, row: extent.rowOff + extent.heightPx };
  const corners = [
    [extent.colOff, extent.rowOff],
    [end.col, extent.rowOff],
    [extent.colOff, end.row],
    [end.col, end.row],
    [source.widthPx / 2 - cols, source.heightPx / 2 - rows],
  ] as const;
  const isWhole = corners.every(([col, row]) => {
    const at = toPixel(col, row);
    return Math.abs(at.col - col - cols) < 0.01 && Math.abs(at.row - row - rows) < 0.01;
  });
  return isWhole ? { cols, rows } : null;
}

/** The coarsest level whose pixels are no larger than the target's, with a hundredth of slack. */
function coarsestAsFine(raster: Raster, sourcePxPerTargetPx: number): number {
  let best = 0;
  raster.levels.forEach((level, i) => {
    if (raster.grid.widthPx / level.widthPx <= sourcePxPerTargetPx * 1.01) best = i;
  });
  return best;
}

/** What has to be read for these positions, on a level; null when they all miss it. */
function sourceWindow(
  { cols, rows }: WarpPositions,
  factorX: number,
  factorY: number,
  reachX: number,
  reachY: number,
  levelWidthPx: number,
  levelHeightPx: number,
): Window | null {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < cols.length; i++) {
    const col = (cols[i] ?? Number.NaN) * factorX;
    const row = (rows[i] ?? Number.NaN) * factorY;
    if (!(col > -reachX && row > -reachY && col < levelWidthPx + reachX && row < levelHeightPx + reachY)) continue;
    if (col < left) left = col;
    if (col > right) right = col;
    if (row < top) top = row;
    if (row > bottom) bottom = row;
  }
  if (left > right) return null;
  const colOff = Math.max(0, Math.floor(left - reachX));
  const rowOff = Math.max(0, Math.floor(top - reachY));
  const widthPx = Math.min(levelWidthPx, Math.ceil(right + reachX) + 1) - colOff;
  const heightPx = Math.min(levelHeightPx, Math.ceil(bottom + reachY) + 1) - rowOff;
  return widthPx > 0 && heightPx > 0 ? { colOff, rowOff, widthPx, heightPx } : null;
}

function halves(window: Window): Window[] {
  const { colOff, rowOff, widthPx, heightPx } = window;
  if (widthPx >= heightPx) {
    const left = widthPx >> 1;
    return [
      { ...window, widthPx: left },
      { ...window, colOff: colOff + left, widthPx: widthPx - left },
    ];
  }
  const top = heightPx >> 1;
  return [
    { ...window, heightPx: top },
    { ...window, rowOff: rowOff + top, heightPx: heightPx - top },
  ];
}
