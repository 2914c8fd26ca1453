import type { Crs, Grid } from "@reefline/schema/grid";

/**
 * The CRS of images that say nothing about where they lie: one unit is one pixel, x to the right and y up, (0, 0) is the upper left corner
 * of the image. Lambert's cylindrical equal-area projection at the equator with a pixel taken for a metre: so every length and area that is
 * computed on the ellipsoid comes out in pixels, rows and columns stay straight on the map, and nothing downstream needs a second kind of
 * coordinates. What a person sees says pixels, never metres.
 */
export const pixelCrs: Crs = {
  epsg: null,
  proj4: "+proj=cea +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +ellps=WGS84 +units=m +no_defs",
  kind: "projected",
  metersPerUnit: 1,
  name: "pixels",
};

/** Whether lengths and areas in this CRS are pixels and square pixels, not metres. */
export function isPixelCrs(crs: Crs): boolean {
  return crs.epsg === null && crs.proj4 === pixelCrs.proj4;
}

/** How lengths and areas in this CRS are written. */
export const unitSigns = (crs: Crs): { length: "px" | "m"; area: "px" | "m²" } =>
  isPixelCrs(crs) ? { length: "px", area: "px" } : { length: "m", area: "m²" };

/** The grid of an image without a place: pixel (col, row) is at x = col, y = −row. */
export function pixelGrid(widthPx: number, heightPx: number): Grid {
  return { crs: pixelCrs, transform: [1, 0, 0, 0, -1, 0], widthPx, heightPx };
}
