import type { Grid } from "@reefline/schema/grid";
import { defaultLimits, type Limits } from "@reefline/schema/limits";
import type { SampleType } from "@reefline/schema/survey";
import { readBandMeaning } from "./bandMeaning.ts";
import { BlockCache } from "./blockCache.ts";
import { readGeoReference } from "./geoReference.ts";
import { blockPlace, GeoTiffReader } from "./geotiffReader.ts";
import { supportedSampleType } from "./geotiffSupport.ts";
import { type ImageLayout, inspectTiff } from "./guard.ts";
import { newSamples } from "./newSamples.ts";
import type { Raster } from "./raster.ts";
import { damaged, unsupported } from "./rasterError.ts";
import { rasterLevels } from "./rasterLevels.ts";
import type { Source } from "./source.ts";
import { tag } from "./tiffTags.ts";

/** Blocks of every raster that is not given a cache of its own. */
const sharedCache = new BlockCache(defaultLimits.blockCacheBytes);
let rasterCount = 0;

/**
 * Opens a GeoTIFF: 8-, 16- and 32-bit integers, 32- and 64-bit floats; no compression, deflate, LZW or JPEG; tiles or strips,
 * chunky or planar, either byte order, BigTIFF; nodata, alpha, internal mask, internal overviews.
 * @param cache where decoded blocks are kept; by default one that all rasters share
 * @throws AppError with one sentence for anything else, within a second and without reading pixels; `source` is closed
 *   then, and otherwise with the raster
 */
export async function openGeoTiff(source: Source, limits: Limits = defaultLimits, cache: BlockCache = sharedCache): Promise<Raster> {
  try {
    return await openChecked(source, limits, cache);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openChecked(source: Source, limits: Limits, cache: BlockCache): Promise<Raster> {
  const layout = await inspectTiff(source, limits);
  const [main] = layout.images;
  const sampleType = supportedSampleType(main);
  if (((await layout.main.number(tag.fillOrder)) ?? 1) !== 1) {
    throw unsupported(
      "fill-order",
      "This file stores its bits in reverse order, which Reefline does not read. Convert it with gdal_translate.",
    );
  }
  const meaning = await readBandMeaning(layout.main, main);
  if (meaning.dataSamples.length === 0) throw damaged("The file holds transparency but no image.");
  const { crs, transform, rawGeoKeys } = await readGeoReference(layout.main);
  const levels = rasterLevels(layout.images);
  for (const { image } of levels) await refuseTruncated(source, image);
  const nodata = parseNodata(await layout.main.text(tag.gdalNodata, 256), sampleType);
  const reader = new GeoTiffReader({
    source,
    cache,
    levels,
    sampleType,
    meaning,
    nodata,
    littleEndian: layout.littleEndian,
    id: `raster-${++rasterCount}`,
    limits,
  });
  const grid: Grid = { crs, transform, widthPx: main.widthPx, heightPx: main.heightPx };
  return {
    grid,
    rawGeoKeys,
    sampleType,
    bandNames: meaning.bandNames,
    maskKind: levels[0].mask ? "internal" : meaning.alphaSample !== null ? "alpha" : nodata !== null ? "nodata" : "none",
    nodata,
    levels: levels.map(({ image }) => ({
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      blockWidthPx: image.blockWidthPx,
      blockHeightPx: image.blockHeightPx,
    })),
    read: (window, options = {}) => reader.read(window, options),
    close: async () => {
      cache.forget(`${reader.id}:`);
      await source.close();
    },
  };
}

/** A value of GDAL's nodata tag that samples of this type can have; null when there is none. */
export function parseNodata(text: string | null, sampleType: SampleType): number | null {
  const trimmed = text?.trim().toLowerCase() ?? "";
  if (trimmed === "") return null;
  const isFloat = sampleType === "float32" || sampleType === "float64";
  if (/^[+-]?(1\.#q?nan|nan)/.test(trimmed)) return isFloat ? Number.NaN : null;
  const value = /^[+-]?inf/.test(trimmed) ? (trimmed.startsWith("-") ? -Infinity : Infinity) : Number(trimmed);
  if (Number.isNaN(value)) return null;
  const stored = newSamples(sampleType, 1);
  stored[0] = value;
  const rounded = stored[0] ?? 0;
  // The text of a 32-bit float has been rounded to some digits, and must meet its value all the same.
  return rounded === value || sampleType === "float32" ? rounded : null;
}

/** A cut-off file is told at once, not at the first tile that is missing. */
async function refuseTruncated(source: Source, image: ImageLayout): Promise<void> {
  const blocks = image.blocksAcross * image.blocksDown * (image.planar ? image.samplesPerPixel : 1);
  const step = Math.max(1, Math.floor(blocks / 65_536));
  for (let block = 0; block < blocks; block += step) {
    const { offset, length } = await blockPlace(image, block);
    if (length > 0 && offset + length > source.sizeBytes) throw damaged("The file ends before its image does.");
  }
}
