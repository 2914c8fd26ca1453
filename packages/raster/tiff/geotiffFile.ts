import { stat } from "node:fs/promises";
import { defaultLimits } from "@reefline/schema/defaultLimits";
import type { Limits } from "@reefline/schema/limits";
import type { Raster } from "../raster.ts";
import type { BlockCache } from "./blockCache.ts";
import { openFileSource } from "./fileSource.ts";
import { openGeoTiff } from "./geotiffRaster.ts";
import type { Source } from "./source.ts";

/** What GDAL keeps beside NAME.tif: overviews in NAME.tif.ovr, a mask in NAME.tif.msk, its overviews in NAME.tif.msk.ovr. */
const suffixes = { overviews: ".ovr", mask: ".msk", maskOverviews: ".msk.ovr" } as const;

/**
 * Opens the GeoTIFF at a path together with its overviews and mask where they lie in files beside it.
 * @throws AppError as `openFileSource` and `openGeoTiff` do
 */
export async function openGeoTiffFile(path: string, limits: Limits = defaultLimits, cache?: BlockCache): Promise<Raster> {
  const source = await openFileSource(path);
  const [overviews, mask, maskOverviews] = await Promise.all([
    openIfThere(`${path}${suffixes.overviews}`),
    openIfThere(`${path}${suffixes.mask}`),
    openIfThere(`${path}${suffixes.maskOverviews}`),
  ]);
  return openGeoTiff(source, limits, cache, { overviews, mask, maskOverviews });
}

/** Whether the image at a path is not whole without the files beside it. */
export async function hasFilesBeside(path: string): Promise<boolean> {
  const found = await Promise.all(Object.values(suffixes).map((suffix) => isFile(`${path}${suffix}`)));
  return found.includes(true);
}

async function openIfThere(path: string): Promise<Source | undefined> {
  return (await isFile(path)) ? openFileSource(path) : undefined;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
