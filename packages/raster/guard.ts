import type { Limits } from "@reefline/schema/limits";
import { sniffTiff } from "./contentSniff.ts";
import { beyondLimit, damaged } from "./rasterError.ts";
import type { Source } from "./source.ts";
import { type LongArray, PagedReader, type TiffDirectory, walkDirectories } from "./tiffDirectoryReader.ts";
import { tag } from "./tiffTags.ts";

/** One image of a TIFF as its directory describes it, sizes checked against each other and the limits. */
export interface ImageLayout {
  readonly subfileType: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly samplesPerPixel: number;
  /** The same for all samples. */
  readonly bitsPerSample: number;
  /** 1 unsigned, 2 signed, 3 float, others as in TIFF 6.0. */
  readonly sampleFormat: number;
  readonly compression: number;
  readonly predictor: number;
  readonly photometric: number;
  /** Each band in blocks of its own. */
  readonly planar: boolean;
  readonly extraSamples: readonly number[];
  readonly isTiled: boolean;
  readonly blockWidthPx: number;
  readonly blockHeightPx: number;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  readonly blockOffsets: LongArray;
  readonly blockByteCounts: LongArray;
  readonly jpegTables: Uint8Array | null;
}

export interface TiffLayout {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  /** The first is the main image; directories after it that describe no image are left out. */
  readonly images: readonly [ImageLayout, ...ImageLayout[]];
  /** The first directory, which holds the georeference. */
  readonly main: TiffDirectory;
}

export type InspectLimits = Pick<Limits, "rasterPixels" | "blockBytes" | "ifdCount" | "tagCount" | "blockCount">;

/**
 * Reads what a TIFF says about itself, within limits: no loop, no allocation and no read that the file's own size or the
 * limits do not warrant, and no pixel. Refuses within a second whatever the file claims.
 * @throws AppError `raster/unsupported-format`, `raster/damaged`, `raster/limit`
 */
export async function inspectTiff(source: Source, limits: InspectLimits): Promise<TiffLayout> {
  const { littleEndian, bigTiff } = sniffTiff(await source.read(0, 512));
  const reader = new PagedReader(source, littleEndian);
  const directories = await walkDirectories(reader, bigTiff, limits);
  const [main, ...rest] = directories;
  if (!main) throw damaged("The TIFF file holds no image.");
  const first = await imageLayout(main, limits);
  const others: ImageLayout[] = [];
  for (const directory of rest) {
    // A broken overview or thumbnail is no reason to refuse the image itself.
    const layout = await imageLayout(directory, limits).catch(() => null);
    if (layout) others.push(layout);
  }
  return { littleEndian, bigTiff, images: [first, ...others], main };
}

async function imageLayout(directory: TiffDirectory, limits: InspectLimits): Promise<ImageLayout> {
  const number = async (id: number, otherwise: number): Promise<number> => (await directory.number(id)) ?? otherwise;
  const widthPx = await number(tag.imageWidth, 0);
  const heightPx = await number(tag.imageLength, 0);
  if (!isCount(widthPx) || !isCount(heightPx)) throw damaged("The file does not say how large its image is.");
  if (widthPx * heightPx > limits.rasterPixels) {
    throw beyondLimit(`The file claims to be ${widthPx} × ${heightPx} pixels; the limit is ${limits.rasterPixels} pixels in all.`);
  }
  const samplesPerPixel = await number(tag.samplesPerPixel, 1);
  if (!isCount(samplesPerPixel) || samplesPerPixel > 512) throw beyondLimit(`The file claims ${samplesPerPixel} bands; the limit is 512.`);
  const bitsPerSample = await sameForAll(directory, tag.bitsPerSample, 1, "bit depth");
  const sampleFormat = await sameForAll(directory, tag.sampleFormat, 1, "kind of number");
  if (!isCount(bitsPerSample) || bitsPerSample > 128) throw damaged(`The file claims ${bitsPerSample} bits per sample.`);
  const planar = (await number(tag.planarConfiguration, 1)) === 2 && samplesPerPixel > 1;
  const isTiled = directory.has(tag.tileWidth) || directory.has(tag.tileOffsets);
  const blockWidthPx = isTiled ? await number(tag.tileWidth, 0) : widthPx;
  const blockHeightPx = isTiled
    ? await number(tag.tileLength, 0)
    : Math.min(heightPx, (await number(tag.rowsPerStrip, heightPx)) || heightPx);
  if (!isCount(blockWidthPx) || !isCount(blockHeightPx)) throw damaged("The file does not say how large its blocks are.");
  const blockBytes = blockWidthPx * blockHeightPx * (planar ? 1 : samplesPerPixel) * Math.max(1, bitsPerSample / 8);
  if (blockBytes > limits.blockBytes) {
    throw beyondLimit(
      `The file is stored in blocks of ${blockWidthPx} × ${blockHeightPx} pixels, ${Math.round(blockBytes / 2 ** 20)} MB each; the limit is ${Math.round(limits.blockBytes / 2 ** 20)} MB. Convert it to a tiled GeoTIFF, for instance with gdal_translate -co TILED=YES -co COMPRESS=DEFLATE.`,
    );
  }
  const blocksAcross = Math.ceil(widthPx / blockWidthPx);
  const blocksDown = Math.ceil(heightPx / blockHeightPx);
  const blockCount = blocksAcross * blocksDown * (planar ? samplesPerPixel : 1);
  if (blockCount > limits.blockCount) throw beyondLimit(`The file is stored in ${blockCount} blocks; the limit is ${limits.blockCount}.`);
  const blockOffsets = directory.array(isTiled ? tag.tileOffsets : tag.stripOffsets);
  const blockByteCounts = directory.array(isTiled ? tag.tileByteCounts : tag.stripByteCounts);
  if (!blockOffsets || !blockByteCounts) throw damaged("The file does not say where its pixels are.");
  if (blockOffsets.length < blockCount || blockByteCounts.length < blockCount) {
    throw damaged(`The file lists ${Math.min(blockOffsets.length, blockByteCounts.length)} of its ${blockCount} blocks of pixels.`);
  }
  return {
    subfileType: await number(tag.newSubfileType, 0),
    widthPx,
    heightPx,
    samplesPerPixel,
    bitsPerSample,
    sampleFormat,
    compression: await number(tag.compression, 1),
    predictor: await number(tag.predictor, 1),
    photometric: await number(tag.photometric, 1),
    planar,
    extraSamples: await directory.numbers(tag.extraSamples, 512),
    isTiled,
    blockWidthPx,
    blockHeightPx,
    blocksAcross,
    blocksDown,
    blockOffsets,
    blockByteCounts,
    jpegTables: await directory.raw(tag.jpegTables, 1 << 16),
  };
}

async function sameForAll(directory: TiffDirectory, id: number, otherwise: number, what: string): Promise<number> {
  const values = await directory.numbers(id, 512);
  const first = values[0] ?? otherwise;
  const other = values.find((value) => value !== first);
  if (other !== undefined) throw damaged(`The file's bands differ in their ${what} (${first} and ${other}).`);
  return first;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 2 ** 32;
}
