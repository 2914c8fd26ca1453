import { defaultLimits } from "@reefline/schema/defaultLimits";
import type { Grid } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { SampleType } from "@reefline/schema/survey";
import { convertedBandNames, readColourConversion } from "../decode/colourConversion.ts";
import { newSamples } from "../decode/newSamples.ts";
import { type ImagesBeside, rasterLevels } from "../mosaic/rasterLevels.ts";
import type { Raster } from "../raster.ts";
import { readBandMeaning } from "./bandMeaning.ts";
import { type BlockCache, sharedBlockCache } from "./blockCache.ts";
import { blockPlace } from "./blockLoader.ts";
import { readGeoReference } from "./geoReference.ts";
import { GeoTiffReader } from "./geotiffReader.ts";
import { supportedSamples } from "./geotiffSupport.ts";
import { type ImageLayout, inspectTiff } from "./guard.ts";
import { damaged, unsupported } from "./rasterError.ts";
import type { Source } from "./source.ts";
import { tag } from "./tiffTags.ts";

let rasterCount = 0;

/** Files beside a GeoTIFF that belong to it, closed with it. */
export interface SourcesBeside {
  readonly overviews?: Source;
  readonly mask?: Source;
  readonly maskOverviews?: Source;
}

/**
 * Opens a GeoTIFF: whole numbers of 1 to 32 bits (64 as floats), floats of 16 to 64; no compression, deflate, LZW, PackBits,
 * LZMA, Zstandard, JPEG, WebP, LERC; palettes and other colours as RGB; tiles or strips, chunky or planar, either byte order,
 * BigTIFF; nodata, alpha, masks, overviews.
 * @param cache where decoded blocks are kept; by default one that all rasters of the process share, of `limits.blockCacheBytes`
 * @param beside what GDAL keeps in files beside the image, see geotiffFile.ts
 * @throws AppError with one sentence for anything else, within a second and without reading pixels; `source` is closed
 *   then, and otherwise with the raster
 */
export async function openGeoTiff(
  source: Source,
  limits: Limits = defaultLimits,
  cache: BlockCache = sharedBlockCache(limits.blockCacheBytes),
  beside: SourcesBeside = {},
): Promise<Raster> {
  const sources = [source, beside.overviews, beside.mask, beside.maskOverviews].filter((one) => one !== undefined);
  const close = async () => {
    await Promise.all(sources.map((one) => one.close()));
  };
  try {
    return await openChecked(source, limits, cache, beside, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openChecked(
  source: Source,
  limits: Limits,
  cache: BlockCache,
  beside: SourcesBeside,
  closeSources: () => Promise<void>,
): Promise<Raster> {
  const layout = await inspectTiff(source, limits);
  const [main] = layout.images;
  const stored = supportedSamples(main);
  if (((await layout.main.number(tag.fillOrder)) ?? 1) !== 1) {
    throw unsupported(
      "fill-order",
      "This file stores its bits in reverse order, which Reefline does not read. Convert it with gdal_translate.",
    );
  }
  const meaning = await readBandMeaning(layout.main, main);
  if (meaning.dataSamples.length === 0) throw damaged("The file holds transparency but no image.");
  const colours = await readColourConversion(layout.main, main, meaning.dataSamples.length);
  const bandNames = (colours && convertedBandNames[colours.kind]) ?? meaning.bandNames;
  const sampleType = colours && convertedBandNames[colours.kind] ? "uint8" : stored.sampleType;
  const { crs, transform, rawGeoKeys } = await readGeoReference(layout.main);
  const levels = rasterLevels(layout.images, await imagesBeside(beside, limits));
  for (const { image } of levels) await refuseTruncated(image);
  const nodata = parseNodata(await layout.main.text(tag.gdalNodata, 256), stored.sampleType);
  const reader = new GeoTiffReader({
    cache,
    levels,
    stored,
    meaning,
    colours,
    bandCount: bandNames.length,
    nodata,
    id: `raster-${++rasterCount}`,
    limits,
  });
  const grid: Grid = { crs, transform, widthPx: main.widthPx, heightPx: main.heightPx };
  // A palette's nodata is one of its indexes, of which its colours say nothing.
  const hidesIndex = nodata !== null && colours !== null && colours.kind !== "negative";
  const shownNodata = nodata === null || hidesIndex ? null : colours?.kind === "negative" ? colours.white - nodata : nodata;
  return {
    grid,
    rawGeoKeys,
    sampleType,
    bandNames,
    maskKind: levels[0].mask || hidesIndex ? "internal" : meaning.alphaSample !== null ? "alpha" : shownNodata !== null ? "nodata" : "none",
    nodata: shownNodata,
    levels: levels.map(({ image }) => ({
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      blockWidthPx: image.blockWidthPx,
      blockHeightPx: image.blockHeightPx,
    })),
    read: (window, options = {}) => reader.read(window, options),
    ...(reader.hasPlainBytes ? { readBlocks: (window, take, options) => reader.readBlocks(window, take, options?.signal) } : {}),
    ...(reader.hasPlainRows ? { readRows: (rows, into, signal) => reader.readRows(rows, into, signal) } : {}),
    close: async () => {
      cache.forget(`${reader.id}:`);
      await closeSources();
    },
  };
}

/** An overview file that cannot be read is no reason to refuse the image; a mask that cannot is: it would show what is hidden. */
async function imagesBeside({ overviews, mask, maskOverviews }: SourcesBeside, limits: Limits): Promise<ImagesBeside> {
  const optional = async (source: Source | undefined) =>
    source
      ? await inspectTiff(source, limits).then(
          ({ images }) => images,
          () => [],
        )
      : [];
  return {
    overviews: await optional(overviews),
    masks: [...(mask ? (await inspectTiff(mask, limits)).images : []), ...(await optional(maskOverviews))],
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
async function refuseTruncated(image: ImageLayout): Promise<void> {
  const blocks = image.blocksAcross * image.blocksDown * (image.planar ? image.samplesPerPixel : 1);
  const step = Math.max(1, Math.floor(blocks / 65_536));
  for (let block = 0; block < blocks; block += step) {
    const { offset, length } = await blockPlace(image, block);
    if (length > 0 && offset + length > image.source.sizeBytes) throw damaged("The file ends before its image does.");
  }
}
