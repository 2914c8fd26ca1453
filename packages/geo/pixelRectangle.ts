import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { pixelToLonLat } from "./grid.ts";

/** A window of a grid's pixels as a polygon in WGS 84: its four corners. */
export function pixelRectangle(grid: Grid, { colOff, rowOff, widthPx, heightPx }: Window): Polygon {
  const at = pixelToLonLat(grid);
  const corner = (col: number, row: number): [number, number] => {
    const { lon, lat } = at(colOff + col, rowOff + row);
    return [lon, lat];
  };
  return {
    type: "Polygon",
    coordinates: [[corner(0, 0), corner(0, heightPx), corner(widthPx, heightPx), corner(widthPx, 0), corner(0, 0)]],
  };
}
