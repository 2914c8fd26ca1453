import { scaleAffine } from "@reefline/geo/affine";
import { boundsIntersect, boundsWidthDegrees, unwrapLon } from "@reefline/geo/bounds";
import { gridBounds, gridPixelMeters, lonLatToPixel } from "@reefline/geo/grid";
import { isTile, mercatorHalfWidth, mercatorToLonLat, tileBounds } from "@reefline/geo/mercator";
import type { Raster } from "@reefline/raster/raster";
import type { Bounds, Grid, Window } from "@reefline/schema/grid";
import { type Point, type TileQuad, tilePositions, tileQuad } from "./tilePositions.ts";

/** What one tile needs: which reduction of the raster, which window of it, and where each tile pixel looks in that window. */
export interface TilePlan {
  readonly sizePx: number;
  /** An overview to read as it is, or a grid of larger pixels to average the raster into where no overview is coarse enough. */
  readonly source: { readonly kind: "level"; readonly level: number } | { readonly kind: "scaled"; readonly grid: Grid };
  readonly window: Window;
  /** Column and row in the window for each tile pixel, pixel corners at whole numbers; NaN where the raster has no ground. */
  readonly cols: Float64Array;
  readonly rows: Float64Array;
  /** Pixels of the raster at full resolution under one tile pixel, along a side. */
  readonly scale: number;
}

/** A tile that lies on the raster altogether and whose pixels lie evenly between its corners, to be read from one level. */
export interface QuickPlan {
  readonly sizePx: number;
  readonly level: number;
  readonly window: Window;
  /** Corners in pixels of the window. */
  readonly quad: TileQuad;
  readonly scale: number;
}

/** The geometry of a raster that every tile needs. */
export interface TileGeometry {
  readonly bounds: Bounds;
  readonly gsdMeters: number;
  readonly toPixel: (lon: number, lat: number) => { col: number; row: number };
}

type PlannedRaster = Pick<Raster, "grid" | "levels">;
const geometries = new WeakMap<object, TileGeometry>();

/** Computed once per open raster. */
function tileGeometry(raster: PlannedRaster): TileGeometry {
  const found = geometries.get(raster);
  if (found) return found;
  const { colMeters, rowMeters } = gridPixelMeters(raster.grid);
  const geometry = { bounds: gridBounds(raster.grid), gsdMeters: Math.min(colMeters, rowMeters), toPixel: lonLatToPixel(raster.grid) };
  geometries.set(raster, geometry);
  return geometry;
}

/** GDAL's default error of its approximating transformer. */
const tolerancePx = 0.125;

/**
 * Plans map tile z/x/y (XYZ, Web Mercator) of a raster; null when they share no ground. Reads nothing.
 * @param sizePx pixels on a side: a power of two, 256, or 512 for high-density screens
 * @param values "classes" have no mean: they are read from a level as it is, however fine
 */
export function planTile(
  raster: PlannedRaster,
  z: number,
  x: number,
  y: number,
  sizePx: number,
  values: "amounts" | "classes" = "amounts",
): TilePlan | null {
  const view = tileView(raster, z, x, y, sizePx);
  if (!view) return null;
  const { geometry, toLonLat, toPixel, scale } = view;
  const positions = tilePositions(
    sizePx,
    toPixel,
    (px, py, size) => {
      const northWest = toLonLat(px, py);
      const southEast = toLonLat(px + size, py + size);
      return boundsIntersect(geometry.bounds, { west: northWest.lon, north: northWest.lat, east: southEast.lon, south: southEast.lat });
    },
    tolerancePx * Math.max(1, scale),
  );
  const chosen = chooseSource(raster, scale, values === "amounts");
  return windowPlan(raster, positions.cols, positions.rows, sizePx, scale, chosen);
}

/** The same for the usual tile, at a fraction of the cost; null for any other. */
export function planQuickTile(raster: PlannedRaster, z: number, x: number, y: number, sizePx: number): QuickPlan | null {
  const view = tileView(raster, z, x, y, sizePx);
  const quad = view && tileQuad(sizePx, view.toPixel, tolerancePx * Math.max(1, view.scale));
  if (!quad) return null;
  const { widthPx, heightPx } = raster.grid;
  const corners = [quad.northWest, quad.northEast, quad.southWest, quad.southEast];
  if (corners.some(({ col, row }) => !(col >= 0 && row >= 0 && col <= widthPx && row <= heightPx))) return null;
  const { source, sourceWidthPx, sourceHeightPx } = chooseSource(raster, view.scale, true);
  if (source.kind !== "level") return null;
  const [factorX, factorY] = [sourceWidthPx / widthPx, sourceHeightPx / heightPx];
  const cols = corners.map(({ col }) => col * factorX);
  const rows = corners.map(({ row }) => row * factorY);
  const window = around(Math.min(...cols), Math.max(...cols), Math.min(...rows), Math.max(...rows), sourceWidthPx, sourceHeightPx);
  const placed = ({ col, row }: Point): Point => ({ col: col * factorX - window.colOff, row: row * factorY - window.rowOff });
  return {
    sizePx,
    level: source.level,
    window,
    quad: {
      northWest: placed(quad.northWest),
      northEast: placed(quad.northEast),
      southWest: placed(quad.southWest),
      southEast: placed(quad.southEast),
    },
    scale: view.scale,
  };
}

/** How a tile looks at a raster; null when they share no ground. */
function tileView(raster: PlannedRaster, z: number, x: number, y: number, sizePx: number) {
  if (!isTile(z, x, y)) return null;
  const geometry = tileGeometry(raster);
  const bounds = tileBounds(z, x, y);
  if (!boundsIntersect(geometry.bounds, bounds)) return null;
  const latitude = Math.max(bounds.south, Math.min(bounds.north, (geometry.bounds.south + geometry.bounds.north) / 2));
  const tileMeters = (2 * mercatorHalfWidth) / 2 ** z / sizePx;
  /** Full-resolution pixels under one tile pixel. */
  const scale = (tileMeters * Math.cos((latitude * Math.PI) / 180)) / geometry.gsdMeters;

  const toLonLat = (px: number, py: number) => {
    const place = mercatorToLonLat((x * sizePx + px) * tileMeters - mercatorHalfWidth, mercatorHalfWidth - (y * sizePx + py) * tileMeters);
    // On the antimeridian itself rounding would choose the side; a tile's edge belongs to the tile.
    return { lon: Math.max(-edgeLon, Math.min(edgeLon, place.lon)), lat: place.lat };
  };
  const toPixel = (px: number, py: number): Point => {
    const { lon, lat } = toLonLat(px, py);
    return isNearBounds(geometry.bounds, lon, lat) ? geometry.toPixel(lon, lat) : nowhere;
  };
  return { geometry, toLonLat, toPixel, scale };
}

const edgeLon = 180 - 1e-9;
const nowhere = { col: Number.NaN, row: Number.NaN };

/** A projection answers far from its zone with nonsense that could fall on the image; such places are left out. */
function isNearBounds(bounds: Bounds, lon: number, lat: number): boolean {
  const width = boundsWidthDegrees(bounds);
  const margin = 1 + 0.5 * width;
  const fromWest = unwrapLon(lon, bounds.west + width / 2) - bounds.west;
  return (
    fromWest >= -margin &&
    fromWest <= width + margin &&
    lat >= bounds.south - 1 - (bounds.north - bounds.south) &&
    lat <= bounds.north + 1 + (bounds.north - bounds.south)
  );
}

/** Turns positions at full resolution into a window of the level to read, and positions in it. Works in place. */
function windowPlan(
  raster: PlannedRaster,
  cols: Float64Array,
  rows: Float64Array,
  sizePx: number,
  scale: number,
  { source, sourceWidthPx, sourceHeightPx }: ChosenSource,
): TilePlan | null {
  const { widthPx, heightPx } = raster.grid;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < cols.length; i++) {
    const col = cols[i] ?? Number.NaN;
    const row = rows[i] ?? Number.NaN;
    if (col >= 0 && col < widthPx && row >= 0 && row < heightPx) {
      if (col < left) left = col;
      if (col > right) right = col;
      if (row < top) top = row;
      if (row > bottom) bottom = row;
    } else {
      cols[i] = Number.NaN;
    }
  }
  if (left > right) return null;

  const factorX = sourceWidthPx / widthPx;
  const factorY = sourceHeightPx / heightPx;
  const window = around(
    left * factorX,
    right * factorX,
    top * factorY,
    bottom * factorY,
    Math.ceil(sourceWidthPx),
    Math.ceil(sourceHeightPx),
  );
  for (let i = 0; i < cols.length; i++) {
    cols[i] = (cols[i] ?? 0) * factorX - window.colOff;
    rows[i] = (rows[i] ?? 0) * factorY - window.rowOff;
  }
  return { sizePx, source, window, cols, rows, scale };
}

/** Neighbours for bilinear interpolation lie within one pixel. */
function around(left: number, right: number, top: number, bottom: number, widthPx: number, heightPx: number): Window {
  const colOff = Math.max(0, Math.floor(left - 0.5));
  const rowOff = Math.max(0, Math.floor(top - 0.5));
  const endCol = Math.min(widthPx, Math.floor(right - 0.5) + 2);
  const endRow = Math.min(heightPx, Math.floor(bottom - 0.5) + 2);
  return { colOff, rowOff, widthPx: Math.max(1, endCol - colOff), heightPx: Math.max(1, endRow - rowOff) };
}

interface ChosenSource {
  readonly source: TilePlan["source"];
  readonly sourceWidthPx: number;
  readonly sourceHeightPx: number;
}

/** The coarsest level still as fine as the tile; where even that is more than twice as fine, its pixels averaged if they can be. */
function chooseSource(raster: PlannedRaster, scale: number, canAverage: boolean): ChosenSource {
  const { grid } = raster;
  let level = 0;
  raster.levels.forEach((candidate, i) => {
    if (grid.widthPx / candidate.widthPx <= scale * 1.01) level = i;
  });
  const size = raster.levels[level] ?? grid;
  const levelFactor = grid.widthPx / size.widthPx;
  const shrink = Math.floor(scale / levelFactor);
  if (shrink < 2 || !canAverage) return { source: { kind: "level", level }, sourceWidthPx: size.widthPx, sourceHeightPx: size.heightPx };
  const colFactor = Math.min(shrink * levelFactor, grid.widthPx);
  const rowFactor = Math.min(shrink * levelFactor, grid.heightPx);
  const scaled: Grid = {
    crs: grid.crs,
    transform: scaleAffine(grid.transform, colFactor, rowFactor),
    widthPx: Math.ceil(grid.widthPx / colFactor),
    heightPx: Math.ceil(grid.heightPx / rowFactor),
  };
  return { source: { kind: "scaled", grid: scaled }, sourceWidthPx: grid.widthPx / colFactor, sourceHeightPx: grid.heightPx / rowFactor };
}
