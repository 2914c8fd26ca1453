import { closeSync, openSync, writeSync } from "node:fs";
import { flatGeobuf } from "@reefline/formats/flatGeobuf";
import type { FlatGeobufRecord } from "@reefline/formats/flatGeobufFeature";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { ByteSource } from "@reefline/vectorize/byteSource";
import { vectorizeMask } from "@reefline/vectorize/vectorizeMask";

export interface OutlinedMask {
  readonly regionCount: number;
  /** Ground of all regions. */
  readonly pixelCount: number;
}

interface MaskOptions {
  readonly connectivity?: 4 | 8;
  readonly signal?: AbortSignal;
}

/**
 * Writes the regions of a mask, along its pixels' edges and in its CRS, as a FlatGeobuf file, with the attribute that `gdal_polygonize` gives.
 * @throws AppError `vectorize/…`, `raster/…`
 */
export async function writeMaskOutlines(
  mask: ByteSource,
  out: string,
  { connectivity = 4, signal }: MaskOptions = {},
): Promise<OutlinedMask> {
  let [regionCount, pixelCount] = [0, 0];
  const records = async function* (): AsyncGenerator<FlatGeobufRecord[]> {
    for await (const regions of vectorizeMask(mask, { connectivity, signal })) {
      regionCount += regions.length;
      for (const region of regions) pixelCount += region.pixelCount;
      yield regions.map(({ polygons }) => ({ polygons, values: [1] }));
    }
  };
  const { crs, transform } = mask.grid;
  const geometryType = connectivity === 8 ? "MultiPolygon" : "Polygon";
  const layer = { name: "mask", geometryType, epsg: crs.epsg, columns: [{ name: "DN", type: "int" }], transform } as const;
  const file = openSync(out, "w");
  try {
    for await (const piece of flatGeobuf(layer, records(), { scratchPath: `${out}.features` }))
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
  } finally {
    closeSync(file);
  }
  return { regionCount, pixelCount };
}

/** The same of a GeoTIFF of one 8-bit band: what is not 0 is ground. */
export async function outlineMaskFile(path: string, out: string, options: MaskOptions = {}): Promise<OutlinedMask> {
  const raster = await openGeoTiff(await openFileSource(path));
  try {
    return await writeMaskOutlines(raster, out, options);
  } finally {
    await raster.close();
  }
}
