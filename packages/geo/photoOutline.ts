import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import type { Photo } from "@reefline/schema/photo";
import { pixelToLonLat } from "./grid.ts";

/** A photo's rectangle on the sheet. */
export function photoOutline({ colOff, rowOff, widthPx, heightPx }: Photo, grid: Grid): Polygon {
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
