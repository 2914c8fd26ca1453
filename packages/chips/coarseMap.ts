import type { Window } from "@reefline/schema/grid";
import { coarseClasses } from "./coarseClasses.ts";
import type { GroundPolygons } from "./coverage.ts";
import { type PixelPolygon, pixelExtent, rasterizePolygons } from "./rasterizePolygons.ts";

/** A survey's coverage in squares of `squarePx` model pixels, judged at their centres: enough to plan a split and to aim chips. */
export interface CoarseMap {
  readonly squarePx: number;
  /** Of the map's first square, in model pixels; multiples of `squarePx`. */
  readonly colOff: number;
  readonly rowOff: number;
  readonly columns: number;
  readonly rows: number;
  /** 1 where examined and neither ignored nor "unsure". */
  readonly examined: Uint8Array;
  readonly reef: Uint8Array;
  /** The class of each square, counted from 1, 0 where there is none or none is said; absent: no classes are told apart. */
  readonly classes?: Uint8Array;
  readonly holdout: Uint8Array;
  /** 1 where a prediction was rejected; absent when none was. */
  readonly rejected?: Uint8Array;
  /** Photos on a sheet, in model pixels; absent where the ground is one piece. */
  readonly plots?: readonly Plot[];
}

/** A piece of ground that touches no other, e.g. a photo; those of one group stay on one side of every split. */
export interface Plot extends Window {
  readonly group: string;
}

/** The squares of a map whose centres lie in a window of model pixels. */
export function* squaresOf(
  map: CoarseMap,
  window: { colOff: number; rowOff: number; sizePx: number; heightPx?: number },
): Generator<number> {
  const { squarePx, columns, rows } = map;
  const first = (px: number, off: number) => Math.max(0, Math.round((px - off) / squarePx));
  const column0 = first(window.colOff, map.colOff);
  const row0 = first(window.rowOff, map.rowOff);
  const column1 = Math.min(columns, first(window.colOff + window.sizePx, map.colOff));
  const row1 = Math.min(rows, first(window.rowOff + (window.heightPx ?? window.sizePx), map.rowOff));
  for (let row = row0; row < row1; row++) for (let column = column0; column < column1; column++) yield row * columns + column;
}

const finestSquarePx = 8;
const mostSquares = 2 ** 22;

/** Covers the examined polygons' extent; null when there are none within the grid. */
export function coarseMap(polygons: GroundPolygons, gridWidthPx: number, gridHeightPx: number): CoarseMap | null {
  const extent = pixelExtent(polygons.examined);
  const minCol = Math.max(0, extent.minCol);
  const minRow = Math.max(0, extent.minRow);
  const maxCol = Math.min(gridWidthPx, extent.maxCol);
  const maxRow = Math.min(gridHeightPx, extent.maxRow);
  if (!(maxCol > minCol && maxRow > minRow)) return null;
  let squarePx = finestSquarePx;
  while (((maxCol - minCol) / squarePx) * ((maxRow - minRow) / squarePx) > mostSquares) squarePx *= 2;
  const firstColumn = Math.floor(minCol / squarePx);
  const firstRow = Math.floor(minRow / squarePx);
  const columns = Math.ceil(maxCol / squarePx) - firstColumn;
  const rows = Math.ceil(maxRow / squarePx) - firstRow;

  const inSquares = (layer: readonly PixelPolygon[]) =>
    layer.map((polygon) => polygon.map((ring) => ring.map((value) => value / squarePx)));
  const window = { colOff: firstColumn, rowOff: firstRow, widthPx: columns, heightPx: rows };
  const raster = (layer: readonly PixelPolygon[]) => rasterizePolygons(inSquares(layer), window);
  const left = [raster(polygons.ignore), raster(polygons.unsure)];
  const examined = raster(polygons.examined).map((value, i) => (value === 1 && left.every((layer) => layer[i] === 0) ? 1 : 0));
  return {
    squarePx,
    colOff: firstColumn * squarePx,
    rowOff: firstRow * squarePx,
    columns,
    rows,
    examined,
    reef: raster(polygons.labels),
    holdout: raster(polygons.holdout),
    ...(polygons.classes ? { classes: coarseClasses(polygons.classes.map(inSquares), window) } : {}),
  };
}

/** 1 wherever a 1 lies within `distance` squares, diagonals counted as one (Chebyshev). */
export function dilate(mask: Uint8Array, columns: number, rows: number, distance: number): Uint8Array {
  const along = (from: Uint8Array, lines: number, lineStride: number, length: number, stride: number): Uint8Array => {
    const to = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++) {
      // Squares since, and until, the nearest 1 on this line.
      for (const [start, step] of [
        [0, 1],
        [length - 1, -1],
      ] as const) {
        let since = Infinity;
        for (let n = 0, i = start; n < length; n++, i += step) {
          const at = line * lineStride + i * stride;
          since = from[at] === 1 ? 0 : since + 1;
          if (since <= distance) to[at] = 1;
        }
      }
    }
    return to;
  };
  return along(along(mask, rows, columns, columns, 1), columns, 1, rows, columns);
}
