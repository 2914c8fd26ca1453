import { join } from "node:path";
import { placedRaster } from "@reefline/raster/mosaic/placedRaster";
import type { Raster } from "@reefline/raster/raster";
import type { BlockCache } from "@reefline/raster/tiff/blockCache";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { RemotePlace, SurveyImage } from "@reefline/schema/survey";
import { openHttpSource } from "../remote/httpSource.ts";
import type { RemoteGuard } from "../remote/remoteGuard.ts";
import type { Store } from "../storage/store.ts";

/** Where a raster's bytes are and, for a survey's image, where they lie on the ground. Plain data: it may be sent to another process. */
export interface RasterPlace {
  readonly bytes: { readonly kind: "file"; readonly path: string } | ({ readonly kind: "remote" } & RemoteBytes);
  /** What the survey's row says wins over what the file says. */
  readonly placed: { readonly grid: Grid; readonly bandNames: readonly string[] } | null;
}

export interface RemoteBytes {
  readonly url: string;
  /** null: as the file is now. */
  readonly pinned: RemotePlace | null;
  readonly guard: RemoteGuard;
}

/** @throws AppError `asset/not-found`, when the image was replaced since as well. */
export async function surveyRasterPlace(store: Store, image: SurveyImage): Promise<RasterPlace> {
  const placed = { grid: image.grid, bandNames: image.bands.map(({ name }) => name) };
  const row = await store.db.selectFrom("assets").select("path").where("id", "=", image.assetId).executeTakeFirst();
  if (!row) throw new AppError("not-found", "asset/not-found", "This image is not there any more. Reload the page.");
  if (!image.remote) return { bytes: { kind: "file", path: join(store.paths.root, row.path) }, placed };
  return { bytes: { kind: "remote", url: image.remote.url, pinned: image.remote, guard: store.config.remote }, placed };
}

/** @throws AppError as reading does: `raster/…`, `remote/…`. */
export async function openRasterPlace({ bytes, placed }: RasterPlace, limits: Limits, cache?: BlockCache): Promise<Raster> {
  const raster =
    bytes.kind === "file"
      ? await openGeoTiffFile(bytes.path, limits, cache)
      : await openGeoTiff(await openHttpSource(bytes.url, { guard: bytes.guard, limits }, bytes.pinned), limits, cache);
  if (!placed) return raster;
  try {
    return placedRaster(raster, placed);
  } catch (error) {
    await raster.close();
    throw error;
  }
}
