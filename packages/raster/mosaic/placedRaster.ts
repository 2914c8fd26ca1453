import type { Grid } from "@reefline/schema/grid";
import type { Raster } from "../raster.ts";
import { damaged } from "../tiff/rasterError.ts";

/**
 * The same pixels at another place, or with their bands called otherwise: what a survey's row says wins over what its file says.
 * @throws AppError `raster/damaged` when `grid` is not of the raster's size, or there are not as many names as bands
 */
export function placedRaster(raster: Raster, { grid, bandNames }: { grid: Grid; bandNames: readonly string[] }): Raster {
  const { widthPx, heightPx } = raster.grid;
  if (widthPx !== grid.widthPx || heightPx !== grid.heightPx || bandNames.length !== raster.bandNames.length) {
    throw damaged(
      `The stored image has ${widthPx} × ${heightPx} px and ${raster.bandNames.length} bands, where its survey has ${grid.widthPx} × ${grid.heightPx} px and ${bandNames.length}.`,
    );
  }
  return {
    ...raster,
    grid: { ...raster.grid, crs: grid.crs, transform: grid.transform },
    bandNames,
    read: (window, options) => raster.read(window, options),
    close: () => raster.close(),
  };
}
