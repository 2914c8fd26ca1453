import type { Limits } from "@reefline/schema/limits";
import { sniffTiff } from "./contentSniff.ts";
import { beyondLimit, damaged } from "./rasterError.ts";
import type { Source } from "./source.ts";
import { stripParts } from "./stripParts.ts";
import { PagedReader, type TiffDirectory, walkDirectories } from "./tiffDirectoryReader.ts";
import { compression, photometric, tag } from "./tiffTags.ts";

/** A list of numbers that may be too long to be held whole. */
export interface NumberList {
  readonly length: number;
  at(index: number): Promise<number>;
  /** The same at once where it is in memory, else undefined. */
  peek(index: number): number | undefined;
}

/** One image of a TIFF as its directory describes it, sizes checked against each other and the limits. */
export interface ImageLayout {
  /** The file that holds it: overviews and masks may lie in files of their own. */
  readonly source: Source;
  readonly littleEndian: boolean;
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
  readonly blockOffsets: NumberList;
  readonly blockByteCounts: NumberList;
  readonly jpegTables: Uint8Array | null;
  /** How LERC blobs are packed once more: 0 not, 1 deflate, 2 Zstandard. */
  readonly lercPacking: number;
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
  const place = { source, littleEndian };
  const first = await imageLayout(main, limits, place);
  const others: ImageLayout[] = [];
  for (const directory of rest) {
    // A broken overview or thumbnail is no reason to refuse the image itself.
    const layout = await imageLayout(directory, limits, place).catch(() => null);
    if (layout) others.push(layout);
  }
  return { littleEndian, bigTiff, images: [first, ...others], main };
}

async function imageLayout(
  directory: TiffDirectory,
  limits: InspectLimits,
  place: Pick<ImageLayout, "source" | "littleEndian">,
): Promise<ImageLayout> {
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
  const storedHeightPx = isTiled
    ? await number(tag.tileLength, 0)
    : Math.min(heightPx, (await number(tag.rowsPerStrip, heightPx)) || heightPx);
  if (!isCount(blockWidthPx) || !isCount(storedHeightPx)) throw damaged("The file does not say how large its blocks are.");
  const method = await number(tag.compression, 1);
  const colours = await number(tag.photometric, 1);
  const samplesPerBlockPixel = planar ? 1 : samplesPerPixel;
  const parts =
    method === compression.none && !isTiled
      ? stripParts({ rowBytes: Math.ceil((widthPx * samplesPerBlockPixel * bitsPerSample) / 8), heightPx, stripHeightPx: storedHeightPx })
      : null;
  const blockHeightPx = parts?.heightPx ?? storedHeightPx;
  // Palettes become three bands, signed bytes and half floats twice as wide.
  const widening =
    colours === photometric.palette
      ? 3
      : (sampleFormat === 2 && bitsPerSample === 8) || (sampleFormat === 3 && bitsPerSample === 16)
        ? 2
        : 1;
  const blockBytes = blockWidthPx * blockHeightPx * samplesPerBlockPixel * Math.max(1, bitsPerSample / 8) * widening;
  if (blockBytes > limits.blockBytes) {
    throw beyondLimit(
      `The file is stored in blocks of ${blockWidthPx} × ${blockHeightPx} pixels, ${Math.round(blockBytes / 2 ** 20)} MB each; the limit is ${Math.round(limits.blockBytes / 2 ** 20)} MB. Convert it to a tiled GeoTIFF, for instance with gdal_translate -co TILED=YES -co COMPRESS=DEFLATE.`,
    );
  }
  const blocksAcross = Math.ceil(widthPx / blockWidthPx);
  const blocksDown = Math.ceil(heightPx / blockHeightPx);
  const storedBlocks = blocksAcross * Math.ceil(heightPx / storedHeightPx) * (planar ? samplesPerPixel : 1);
  if (storedBlocks > limits.blockCount)
    throw beyondLimit(`The file is stored in ${storedBlocks} blocks; the limit is ${limits.blockCount}.`);
  const blockOffsets = directory.array(isTiled ? tag.tileOffsets : tag.stripOffsets);
  const blockByteCounts = directory.array(isTiled ? tag.tileByteCounts : tag.stripByteCounts);
  if (!blockOffsets || !blockByteCounts) throw damaged("The file does not say where its pixels are.");
  if (blockOffsets.length < storedBlocks || blockByteCounts.length < storedBlocks) {
    throw damaged(`The file lists ${Math.min(blockOffsets.length, blockByteCounts.length)} of its ${storedBlocks} blocks of pixels.`);
  }
  return {
    ...place,
    subfileType: await number(tag.newSubfileType, 0),
    widthPx,
    heightPx,
    samplesPerPixel,
    bitsPerSample,
    sampleFormat,
    compression: method,
    predictor: await number(tag.predictor, 1),
    photometric: colours,
    planar,
    extraSamples: await directory.numbers(tag.extraSamples, 512),
    isTiled,
    blockWidthPx,
    blockHeightPx,
    blocksAcross,
    blocksDown,
    blockOffsets: parts ? parts.offsets(blockOffsets) : blockOffsets,
    blockByteCounts: parts ? parts.byteCounts(blockByteCounts) : blockByteCounts,
    lercPacking: (await directory.numbers(tag.lercParameters, 16))[1] ?? 0,
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
