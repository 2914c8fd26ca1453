import { applyAffine, composeAffine, invertAffine } from "@reefline/geo/affine";
import { lonLatToPixel, pixelToLonLat } from "@reefline/geo/grid";
import type { Crs, Grid, Window } from "@reefline/schema/grid";

/** Pixel corner coordinates of one grid to those of another; not finite where there is no answer. */
export type ToPixel = (col: number, row: number) => { readonly col: number; readonly row: number };

/** Where in a source the pixel centres of a target window lie, in the source's pixel corner coordinates. */
export interface WarpPositions {
  readonly cols: Float64Array;
  readonly rows: Float64Array;
}

/** Squares of the target that are filled from their corners; their places do not depend on the window. */
const cellPx = 64;
/** How far an interpolated position may be off, in source pixels: GDAL's approximating transformer allows 0.125. */
const tolerancePx = 0.05;

export function isSameCrs(a: Crs, b: Crs): boolean {
  return a.epsg !== null && b.epsg !== null ? a.epsg === b.epsg : a.proj4 === b.proj4;
}

/** Target pixels to source pixels: one affine when both have the same CRS, else over WGS 84. */
export function pixelToPixel(target: Grid, source: Grid): ToPixel {
  if (isSameCrs(target.crs, source.crs)) {
    const [a, b, c, d, e, f] = target.transform;
    const affine = composeAffine(invertAffine(source.transform), [a, b, c + turnsTo(source, target), d, e, f]);
    return (col, row) => {
      const { x, y } = applyAffine(affine, col, row);
      return { col: x, row: y };
    };
  }
  const toLonLat = pixelToLonLat(target);
  const toPixel = lonLatToPixel(source);
  return (col, row) => {
    const { lon, lat } = toLonLat(col, row);
    return toPixel(lon, lat);
  };
}

/** Whole turns of longitude from a target to a source on the other side of the antimeridian. */
function turnsTo(source: Grid, target: Grid): number {
  if (source.crs.kind !== "geographic") return 0;
  const centre = (grid: Grid) => applyAffine(grid.transform, grid.widthPx / 2, grid.heightPx / 2).x;
  return 360 * Math.round((centre(source) - centre(target)) / 360);
}

/**
 * The positions of a window's pixel centres. A projection costs a microsecond, so squares of pixels are filled by bilinear interpolation
 * between their corners where that is exact to a twentieth of a source pixel at the centre and the middles of the edges; others are cut
 * in four. The same pixel has the same position in any window.
 */
export function warpPositions(toPixel: ToPixel, window: Window): WarpPositions {
  const { colOff, rowOff, widthPx, heightPx } = window;
  const cols = new Float64Array(widthPx * heightPx);
  const rows = new Float64Array(widthPx * heightPx);
  const fill = (col: number, row: number, size: number): void => {
    const fromCol = Math.max(col, colOff);
    const toCol = Math.min(col + size, colOff + widthPx);
    const fromRow = Math.max(row, rowOff);
    const toRow = Math.min(row + size, rowOff + heightPx);
    if (fromCol >= toCol || fromRow >= toRow) return;
    if (size === 1) {
      const at = (row - rowOff) * widthPx + (col - colOff);
      const point = toPixel(col + 0.5, row + 0.5);
      cols[at] = point.col;
      rows[at] = point.row;
      return;
    }
    const half = size / 2;
    const a = toPixel(col, row);
    const b = toPixel(col + size, row);
    const c = toPixel(col, row + size);
    const d = toPixel(col + size, row + size);
    const isClose = (u: number, v: number) => {
      const exact = toPixel(col + u * size, row + v * size);
      const guess = between(a, b, c, d, u, v);
      return Math.abs(exact.col - guess.col) <= tolerancePx && Math.abs(exact.row - guess.row) <= tolerancePx;
    };
    if (!(isClose(0.5, 0.5) && isClose(0.5, 0) && isClose(0, 0.5) && isClose(1, 0.5) && isClose(0.5, 1))) {
      fill(col, row, half);
      fill(col + half, row, half);
      fill(col, row + half, half);
      fill(col + half, row + half, half);
      return;
    }
    for (let y = fromRow; y < toRow; y++) {
      const v = (y + 0.5 - row) / size;
      const leftCol = a.col + (c.col - a.col) * v;
      const leftRow = a.row + (c.row - a.row) * v;
      const acrossCol = b.col + (d.col - b.col) * v - leftCol;
      const acrossRow = b.row + (d.row - b.row) * v - leftRow;
      for (let x = fromCol, at = (y - rowOff) * widthPx + (fromCol - colOff); x < toCol; x++, at++) {
        const u = (x + 0.5 - col) / size;
        cols[at] = leftCol + acrossCol * u;
        rows[at] = leftRow + acrossRow * u;
      }
    }
  };
  for (let row = Math.floor(rowOff / cellPx) * cellPx; row < rowOff + heightPx; row += cellPx) {
    for (let col = Math.floor(colOff / cellPx) * cellPx; col < colOff + widthPx; col += cellPx) fill(col, row, cellPx);
  }
  return { cols, rows };
}

interface Point {
  readonly col: number;
  readonly row: number;
}

function between(a: Point, b: Point, c: Point, d: Point, u: number, v: number): Point {
  return {
    col: (a.col * (1 - u) + b.col * u) * (1 - v) + (c.col * (1 - u) + d.col * u) * v,
    row: (a.row * (1 - u) + b.row * u) * (1 - v) + (c.row * (1 - u) + d.row * u) * v,
  };
}
