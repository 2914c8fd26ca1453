import { applyAffine } from "@reefline/geo/affine";
import { unwrapLon } from "@reefline/geo/bounds";
import { crsToLonLat, lonLatToCrs } from "@reefline/geo/crs";
import { gridGsdMeters, gridPixelMeters } from "@reefline/geo/grid";
import { AppError } from "@reefline/schema/errors";
import type { Crs, Grid } from "@reefline/schema/grid";
import { isSameCrs } from "../resample/warpPositions.ts";

const edgeSteps = 32;
/** Images whose common canvas would be this many times their own pixels lie too far apart to be one survey, once it is large. */
const emptiestCanvas = 50;
const largeCanvasPx = 2 ** 28;

/**
 * The one north-up grid of several: the CRS of the first unless told, the finest pixels unless told, aligned with the image that has
 * those pixels (with the first, where that is in another CRS), around all of them.
 * @throws AppError `raster/mosaic-apart` when the images lie so far apart that the canvas would be all but empty, or beyond `maxPixels`
 */
export function mosaicGrid(
  grids: readonly Grid[],
  { gsdMeters, crs, maxPixels }: { gsdMeters?: number | null; crs?: Crs | null; maxPixels: number },
): Grid {
  const [first] = grids;
  if (!first) throw new RangeError("a mosaic needs an image");
  const target = crs ?? first.crs;
  const bounds = grids.map((grid) => crsExtent(grid, target, centreX(first, target)));
  const { dx, dy, anchorX, anchorY } = pixels(grids, target, gsdMeters ?? null);
  const left = Math.floor((Math.min(...bounds.map((one) => one.minX)) - anchorX) / dx + 1e-6);
  const right = Math.ceil((Math.max(...bounds.map((one) => one.maxX)) - anchorX) / dx - 1e-6);
  const top = Math.floor((anchorY - Math.max(...bounds.map((one) => one.maxY))) / dy + 1e-6);
  const bottom = Math.ceil((anchorY - Math.min(...bounds.map((one) => one.minY))) / dy - 1e-6);
  const widthPx = right - left;
  const heightPx = bottom - top;
  const covered = bounds.reduce((sum, { minX, maxX, minY, maxY }) => sum + ((maxX - minX) / dx) * ((maxY - minY) / dy), 0);
  const count = widthPx * heightPx;
  if (!(count > 0) || count > maxPixels || (count > largeCanvasPx && count > emptiestCanvas * covered)) {
    throw new AppError(
      "bad-input",
      "raster/mosaic-apart",
      `These images lie so far apart that one image around them would have ${(count / 1e9).toPrecision(2)} gigapixels, nearly all of them empty. Add them as surveys of their own.`,
    );
  }
  return { crs: target, transform: [dx, 0, anchorX + left * dx, 0, -dy, anchorY - top * dy], widthPx, heightPx };
}

function centreX(grid: Grid, crs: Crs): number {
  return inCrs(grid, crs)(grid.widthPx / 2, grid.heightPx / 2).x;
}

function inCrs(grid: Grid, crs: Crs): (col: number, row: number) => { x: number; y: number } {
  if (isSameCrs(grid.crs, crs)) return (col, row) => applyAffine(grid.transform, col, row);
  const toLonLat = crsToLonLat(grid.crs);
  const toCrs = lonLatToCrs(crs);
  return (col, row) => {
    const { x, y } = applyAffine(grid.transform, col, row);
    const { lon, lat } = toLonLat(x, y);
    return toCrs(lon, lat);
  };
}

/** @param nearX degrees of a geographic CRS are taken on the turn nearest to it, over the antimeridian */
function crsExtent(grid: Grid, crs: Crs, nearX: number): { minX: number; maxX: number; minY: number; maxY: number } {
  const toCrs = inCrs(grid, crs);
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i <= edgeSteps; i++) {
    const t = i / edgeSteps;
    for (const [col, row] of [
      [grid.widthPx * t, 0],
      [grid.widthPx * t, grid.heightPx],
      [0, grid.heightPx * t],
      [grid.widthPx, grid.heightPx * t],
    ] as const) {
      const point = toCrs(col, row);
      const x = crs.kind === "geographic" ? unwrapLon(point.x, nearX) : point.x;
      if (!Number.isFinite(x) || !Number.isFinite(point.y)) throw outOfReach(crs);
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, point.y);
      maxY = Math.max(maxY, point.y);
    }
  }
  return { minX, maxX, minY, maxY };
}

function outOfReach(crs: Crs): AppError {
  return new AppError(
    "bad-input",
    "raster/mosaic-crs",
    `One of these images lies where the coordinate system of the first (${crs.name}) cannot reach. Add them as surveys of their own.`,
  );
}

function pixels(grids: readonly Grid[], crs: Crs, gsdMeters: number | null): { dx: number; dy: number; anchorX: number; anchorY: number } {
  const [first] = grids;
  if (!first) throw new RangeError("a mosaic needs an image");
  const gsds = grids.map(gridGsdMeters);
  const finest = Math.min(...gsds);
  // As fine as the finest to a hundredth is as fine: its pixels are then kept as they are.
  const reference = grids.find((_, i) => (gsds[i] ?? 0) <= finest * 1.01) ?? first;
  const isUpright = (grid: Grid) => isSameCrs(grid.crs, crs) && grid.transform[1] === 0 && grid.transform[3] === 0;
  const placed = [reference, first].find(isUpright);
  const anchor = placed ? { x: placed.transform[2], y: placed.transform[5] } : originOf(first, crs);
  if (gsdMeters === null && isUpright(reference)) {
    return { dx: Math.abs(reference.transform[0]), dy: Math.abs(reference.transform[4]), anchorX: anchor.x, anchorY: anchor.y };
  }
  const wished = gsdMeters ?? finest;
  const unit = metersPerCrsUnit(first, crs);
  const nominal = wished / crs.metersPerUnit;
  const exact = { dx: wished / unit.x, dy: wished / unit.y };
  // A map's metre is a metre to a few hundred-thousandths: the round number is kept then.
  const isNear = (value: number) => crs.kind === "projected" && Math.abs(value / nominal - 1) < 0.01;
  return {
    dx: isNear(exact.dx) ? nominal : exact.dx,
    dy: isNear(exact.dy) ? nominal : exact.dy,
    anchorX: anchor.x,
    anchorY: anchor.y,
  };
}

function originOf(grid: Grid, crs: Crs): { x: number; y: number } {
  return inCrs(grid, crs)(0, 0);
}

/** Metres of ground per unit of the CRS at the middle of a grid. */
function metersPerCrsUnit(grid: Grid, crs: Crs): { x: number; y: number } {
  const { x, y } = inCrs(grid, crs)(grid.widthPx / 2, grid.heightPx / 2);
  const step = crs.kind === "geographic" ? 1e-5 : 1 / crs.metersPerUnit;
  const { colMeters, rowMeters } = gridPixelMeters({
    crs,
    transform: [step, 0, x - step / 2, 0, -step, y + step / 2],
    widthPx: 1,
    heightPx: 1,
  });
  return { x: colMeters / step, y: rowMeters / step };
}
