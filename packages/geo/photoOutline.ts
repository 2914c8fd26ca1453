import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import type { Photo } from "@reefline/schema/photo";
import { pixelRectangle } from "./pixelRectangle.ts";

/** A photo's rectangle on the sheet. */
export function photoOutline(photo: Photo, grid: Grid): Polygon {
  return pixelRectangle(grid, photo);
}
