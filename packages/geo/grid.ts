import type { Polygon } from "@reefline/schema/feature";
import type { Bounds, Grid } from "@reefline/schema/grid";
import { applyAffine, invertAffine, scaleAffine } from "./affine.ts";
import { lonLatBounds, unwrapLon } from "./bounds.ts";
import { distanceMeters } from "./geodesic.ts";
import { isPixelCrs } from "./pixelCrs.ts";
import { crsToLonLat, lonLatToCrs } from "./projection.ts";

/** A closed ring as col, row pairs in a grid's pixels, pixel corners at whole numbers. */
export type PixelRing = Float64Array;

const edgeSteps = 24;

/** Pixel corner coordinates (0, 0 is the outer corner of the first pixel) to WGS 84 degrees. */
export function pixelToLonLat(grid: Grid): (col: number, row: number) => { lon: number; lat: number } {
  const toLonLat = crsToLonLat(grid.crs);
  return (col, row) => {
    const { x, y } = applyAffine(grid.transform, col, row);
    return toLonLat(x, y);
  };
}

/** WGS 84 degrees to pixel corner coordinates; a longitude is taken on the turn that lies nearest the grid. */
export function lonLatToPixel(grid: Grid): (lon: number, lat: number) => { col: number; row: number } {
  const toCrs = lonLatToCrs(grid.crs);
  const inverse = invertAffine(grid.transform);
  const centre = applyAffine(grid.transform, grid.widthPx / 2, grid.heightPx / 2);
  const wraps = grid.crs.kind === "geographic";
  return (lon, lat) => {
    const point = toCrs(lon, lat);
    const { x: col, y: row } = applyAffine(inverse, wraps ? unwrapLon(point.x, centre.x) : point.x, point.y);
    return { col, row };
  };
}

/** The ground a grid covers, from its densified edges; `west > east` across the antimeridian, a full circle around a pole. */
export function gridBounds(grid: Grid): Bounds {
  const toLonLat = pixelToLonLat(grid);
  const { widthPx: w, heightPx: h } = grid;
  let near = toLonLat(w / 2, h / 2).lon;
  let west = Infinity;
  let east = -Infinity;
  let south = Infinity;
  let north = -Infinity;
  const visit = (col: number, row: number) => {
    const { lon, lat } = toLonLat(col, row);
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) return;
    near = Number.isFinite(near) ? unwrapLon(lon, near) : lon;
    west = Math.min(west, near);
    east = Math.max(east, near);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  };
  // From the centre to the first corner in steps, so that a grid wider than half the globe unwraps on the right turn.
  for (let i = 0; i <= edgeSteps; i++) visit((w / 2) * (1 - i / edgeSteps), (h / 2) * (1 - i / edgeSteps));
  for (let i = 0; i <= edgeSteps; i++) visit((w * i) / edgeSteps, 0);
  for (let i = 0; i <= edgeSteps; i++) visit(w, (h * i) / edgeSteps);
  for (let i = 0; i <= edgeSteps; i++) visit(w * (1 - i / edgeSteps), h);
  for (let i = 0; i <= edgeSteps; i++) visit(0, h * (1 - i / edgeSteps));
  if (grid.crs.kind === "projected") {
    const toPixel = lonLatToPixel(grid);
    for (const pole of [-90, 90]) {
      const { col, row } = toPixel(0, pole);
      const back = Number.isFinite(col) && Number.isFinite(row) ? toLonLat(col, row).lat : Number.NaN;
      if (Math.abs(back - pole) < 1e-6 && col >= 0 && row >= 0 && col <= w && row <= h) {
        return { west: -180, south: Math.min(south, pole), east: 180, north: Math.max(north, pole) };
      }
    }
  }
  return lonLatBounds(west, Math.max(-90, south), east, Math.min(90, north));
}

/** Ground length in metres of one step along a row and one step down a column, at the centre of the grid; in the pixel CRS, in its pixels. */
export function gridPixelMeters(grid: Grid): { colMeters: number; rowMeters: number } {
  const [a, b, , d, e] = grid.transform;
  // Exact, where a distance on the ellipsoid would be off in the seventh digit: a model grid of the same pixels stays the same grid.
  if (isPixelCrs(grid.crs)) return { colMeters: Math.hypot(a, d), rowMeters: Math.hypot(b, e) };
  const toLonLat = pixelToLonLat(grid);
  const col = grid.widthPx / 2;
  const row = grid.heightPx / 2;
  const meters = (dCol: number, dRow: number) => {
    const a = toLonLat(col - dCol / 2, row - dRow / 2);
    const b = toLonLat(col + dCol / 2, row + dRow / 2);
    return distanceMeters([a.lon, a.lat], [b.lon, b.lat]);
  };
  return { colMeters: meters(1, 0), rowMeters: meters(0, 1) };
}

/** Metres of ground per pixel at the centre; for pixels that are not square, the side of the square of equal area. */
export function gridGsdMeters(grid: Grid): number {
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  return Math.sqrt(colMeters * rowMeters);
}

/**
 * The grid with pixels `gsdMeters` on a side on the ground: same CRS, origin and orientation; the last column and row
 * may reach beyond the image. This is the model grid.
 */
export function rescaleGrid(grid: Grid, gsdMeters: number): Grid {
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  const colFactor = gsdMeters / colMeters;
  const rowFactor = gsdMeters / rowMeters;
  return {
    crs: grid.crs,
    transform: scaleAffine(grid.transform, colFactor, rowFactor),
    // A hundredth of a pixel of slack keeps a grid rescaled to its own gsd at its own size.
    widthPx: Math.max(1, Math.ceil(grid.widthPx / colFactor - 0.01)),
    heightPx: Math.max(1, Math.ceil(grid.heightPx / rowFactor - 0.01)),
  };
}

/** Each ring of a polygon in the grid's pixels, outer ring first. */
export function polygonToPixels(grid: Grid, polygon: Polygon): PixelRing[] {
  const toPixel = lonLatToPixel(grid);
  return polygon.coordinates.map((ring) => {
    const pixels = new Float64Array(ring.length * 2);
    ring.forEach(([lon, lat], i) => {
      const { col, row } = toPixel(lon, lat);
      pixels[i * 2] = col;
      pixels[i * 2 + 1] = row;
    });
    return pixels;
  });
}
