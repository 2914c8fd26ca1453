import { join } from "node:path";
import type { Raster } from "@reefline/raster/raster";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { AppError } from "@reefline/schema/errors";
import type { Store } from "../storage/store.ts";

/** Where an asset's file lies. @throws AppError `asset/not-found`. */
export async function assetPath(store: Store, assetId: string, version?: string): Promise<string> {
  const row = await store.db.selectFrom("assets").select(["path", "version"]).where("id", "=", assetId).executeTakeFirst();
  if (!row || (version !== undefined && row.version !== version)) {
    throw new AppError("not-found", "asset/not-found", "This image is not there any more. Reload the page.");
  }
  return join(store.paths.root, row.path);
}

export async function openAsset(store: Store, assetId: string): Promise<Raster> {
  return openGeoTiff(await openFileSource(await assetPath(store, assetId)), store.config.limits);
}
