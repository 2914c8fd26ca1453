import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import type { SurveyImage } from "@reefline/schema/survey";

/** What a survey's row would say of a raster, shown as it is; for tests. */
export function madeImage(raster: Raster): SurveyImage {
  return {
    assetId: "as_0000000000000000000",
    version: "1",
    grid: raster.grid,
    bounds: gridBounds(raster.grid),
    gsdMeters: gridGsdMeters(raster.grid),
    sampleType: raster.sampleType,
    bands: raster.bandNames.map((name) => ({ name, stretch: { low: 0, high: 255 } })),
    maskKind: raster.maskKind,
    nodata: raster.nodata,
    sizeBytes: 0,
    sourceFileName: "survey.tif",
  };
}
