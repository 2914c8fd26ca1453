import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import { chooseStretch } from "@reefline/raster/statistics/stretch";
import type { SurveyImage } from "@reefline/schema/survey";

/** An open image as tiles, panels and models need to know it. */
export async function describeRaster(
  raster: Raster,
  facts: Pick<SurveyImage, "assetId" | "version" | "sizeBytes" | "sourceFileName">,
): Promise<SurveyImage> {
  const stretches = await chooseStretch(raster);
  const nodata = raster.nodata !== null && Number.isFinite(raster.nodata) ? raster.nodata : null;
  return {
    ...facts,
    grid: raster.grid,
    bounds: gridBounds(raster.grid),
    gsdMeters: gridGsdMeters(raster.grid),
    sampleType: raster.sampleType,
    bands: raster.bandNames.map((name, band) => ({ name, stretch: stretches[band] ?? { low: 0, high: 255 } })),
    maskKind: raster.maskKind,
    nodata,
  };
}
