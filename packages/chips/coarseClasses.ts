import type { Window } from "@reefline/schema/grid";
import { classesOf } from "./coverage.ts";
import { type PixelPolygon, pixelExtent, rasterizePolygons } from "./rasterizePolygons.ts";

/**
 * The class of each square of a coarse map, counted from 1, judged at its centre; 0 where no label of a class that is told apart lies. A
 * label that holds no centre, of a small and perhaps rare thing, has the square in its middle, so that it is not passed over.
 * @param classes polygons of each class, in squares
 */
export function coarseClasses(classes: readonly (readonly PixelPolygon[])[], window: Window): Uint8Array {
  const squares = classesOf(classes, window);
  const { colOff, rowOff, widthPx, heightPx } = window;
  classes.forEach((polygons, index) => {
    for (const polygon of polygons) {
      const { minCol, minRow, maxCol, maxRow } = pixelExtent([polygon]);
      // What is wider than a square or two holds a centre, but for shapes so thin that they do not matter here.
      if (!(maxCol - minCol < 2 && maxRow - minRow < 2)) continue;
      const around = { colOff: Math.floor(minCol), rowOff: Math.floor(minRow), widthPx: 3, heightPx: 3 };
      if (rasterizePolygons([polygon], around).includes(1)) continue;
      const column = Math.floor((minCol + maxCol) / 2) - colOff;
      const row = Math.floor((minRow + maxRow) / 2) - rowOff;
      if (column < 0 || row < 0 || column >= widthPx || row >= heightPx) continue;
      const at = row * widthPx + column;
      if (squares[at] === 0) squares[at] = index + 1;
    }
  });
  return squares;
}
