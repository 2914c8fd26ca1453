import { rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";

/** Polygons as if they were a prediction without any doubt: 255 where a pixel's centre lies in one, 1 elsewhere. Drawn as it is read. */
export function polygonRaster(grid: Grid, polygons: readonly Polygon[]): Raster {
  const rings = polygons.map((polygon) => polygonToPixels(grid, polygon));
  return {
    grid,
    sampleType: "uint8",
    bandNames: ["probability"],
    maskKind: "none",
    nodata: null,
    levels: [{ widthPx: grid.widthPx, heightPx: grid.heightPx, blockWidthPx: 512, blockHeightPx: 512 }],
    read: async (window) => ({
      layout: "pixel-interleaved",
      sampleType: "uint8",
      bandCount: 1,
      widthPx: window.widthPx,
      heightPx: window.heightPx,
      data: rasterizePolygons(rings, window).map((inside) => (inside === 1 ? 255 : 1)),
      valid: new Uint8Array(window.widthPx * window.heightPx).fill(1),
    }),
    close: async () => {},
  };
}
