import type { Window } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray, Samples } from "../array.ts";
import type { RowMemory } from "../cog/rowBlock.ts";
import { unpackFractions } from "../decode/bitUnpack.ts";
import { allMeasured, decodeBlock, decodeMaskBlock } from "../decode/blockDecode.ts";
import { type ColourConversion, convertColours } from "../decode/colourConversion.ts";
import { inflateRows, inflateRowsBytes, type Packed, type WantedRows } from "../decode/inflateRows.ts";
import { bytesPerSample, newSamples } from "../decode/newSamples.ts";
import { type StoredSamples, storedRowBytes, storedSamples } from "../decode/storedSamples.ts";
import type { LevelLayout } from "../mosaic/rasterLevels.ts";
import type { BlockPart } from "../raster.ts";
import { copyMask, copySamples, markNodata, shared, unpremultiply } from "../resample/pixelCopy.ts";
import { liesPlain, readPlainRows } from "../resample/plainRows.ts";
import type { BandMeaning } from "./bandMeaning.ts";
import { BlockCache } from "./blockCache.ts";
import { loadBlocks } from "./blockLoader.ts";
import type { ImageLayout } from "./guard.ts";
import { beyondLimit, throwIfAborted } from "./rasterError.ts";
import { compression } from "./tiffTags.ts";

/** What reading windows of an open GeoTIFF takes. */
export interface ReaderParts {
  readonly cache: BlockCache;
  readonly levels: readonly LevelLayout[];
  readonly stored: StoredSamples;
  readonly meaning: BandMeaning;
  readonly colours: ColourConversion | null;
  /** Bands that readers see. */
  readonly bandCount: number;
  /** As stored, before any conversion of colours. */
  readonly nodata: number | null;
  readonly id: string;
  readonly limits: Limits;
}

/** Reads windows: which blocks, from the cache or the source, copied and masked. */
export class GeoTiffReader {
  readonly id: string;
  private readonly parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.parts = parts;
    this.id = parts.id;
  }

  async read(window: Window, options: { level?: number; bands?: readonly number[]; signal?: AbortSignal }): Promise<RasterArray> {
    const { levels, stored, meaning, colours, bandCount, nodata, limits } = this.parts;
    const levelIndex = options.level ?? 0;
    const level = levels[levelIndex];
    if (!level) throw new RangeError(`there is no level ${options.level}; the raster has ${levels.length}`);
    const bands = options.bands ?? Array.from({ length: bandCount }, (_, band) => band);
    const wrong = bands.find((band) => !(band >= 0 && band < bandCount));
    if (wrong !== undefined) throw new RangeError(`there is no band ${wrong}; the raster has ${bandCount}`);
    const samples = colours ? meaning.dataSamples : bands.map((band) => meaning.dataSamples[band] ?? 0);
    const pixels = window.widthPx * window.heightPx;
    if (pixels * Math.max(bands.length, samples.length) * bytesPerSample[stored.sampleType] > limits.blockBytes * 8) {
      throw beyondLimit(`A window of ${window.widthPx} × ${window.heightPx} pixels is too large to read at once.`);
    }
    throwIfAborted(options.signal);
    const out = this.emptyArray(window, stored.sampleType, samples.length);
    const alpha = meaning.alphaSample === null ? null : newSamples(stored.sampleType, pixels);
    await this.readSamples(level.image, levelIndex, window, samples, out, alpha, options.signal);
    if (alpha) {
      for (let i = 0; i < pixels; i++) if (alpha[i] === 0) out.valid[i] = 0;
      if (meaning.isPremultiplied) unpremultiply(out, alpha);
    }
    if (level.mask) await this.readMask(level.mask, levelIndex, window, out.valid, options.signal);
    markNodata(out, nodata);
    return colours ? convertColours(out, colours, bands) : out;
  }

  /** Whether rows at full resolution lie in the file as `read` gives them. */
  get hasPlainRows(): boolean {
    const { stored, meaning, colours, levels } = this.parts;
    const [full] = levels;
    return (
      full !== undefined &&
      !colours &&
      !full.mask &&
      meaning.dataSamples.length === full.image.samplesPerPixel &&
      meaning.dataSamples.every((sample, band) => sample === band) &&
      liesPlain(full.image, stored)
    );
  }

  /** See Raster. Only where `hasPlainRows`. */
  async readRows(rows: { rowOff: number; heightPx: number }, into: RowMemory, signal: AbortSignal | undefined): Promise<void> {
    const image = this.parts.levels[0]?.image;
    if (!image || !this.hasPlainRows) throw new RangeError("the raster's rows do not lie plain in its file");
    const pixels = image.widthPx * rows.heightPx;
    if (into.valid.length !== pixels || into.data.length !== pixels * image.samplesPerPixel) {
      throw new RangeError(`${rows.heightPx} rows of ${image.widthPx} px do not fill ${into.valid.length} pixels`);
    }
    await readPlainRows(image, this.parts.nodata, rows, into, signal);
  }

  /** Whether the pixels are one band of bytes that reads as it is stored. */
  get hasPlainBytes(): boolean {
    const { stored, meaning, colours, bandCount, levels } = this.parts;
    return (
      stored.sampleType === "uint8" && !colours && bandCount === 1 && meaning.alphaSample === null && levels[0]?.image.samplesPerPixel === 1
    );
  }

  /** Every block under a window at full resolution; see Raster. Only where `hasPlainBytes`. */
  async readBlocks(window: Window, take: (block: BlockPart) => void, signal: AbortSignal | undefined): Promise<void> {
    const image = this.parts.levels[0]?.image;
    const { stored, limits } = this.parts;
    const { colOff, rowOff, widthPx, heightPx } = window;
    if (!image || !this.hasPlainBytes) throw new RangeError("the raster is not one band of bytes");
    if (colOff < 0 || rowOff < 0 || colOff + widthPx > image.widthPx || rowOff + heightPx > image.heightPx)
      throw new RangeError("the window reaches beyond the image");
    throwIfAborted(signal);
    // Whole blocks read top to bottom are not met again, and would only push others out.
    const isOnce =
      colOff === 0 &&
      widthPx >= image.widthPx &&
      rowOff % image.blockHeightPx === 0 &&
      (heightPx % image.blockHeightPx === 0 || rowOff + heightPx >= image.heightPx);
    const consume = (index: number, block: Samples | null): void => {
      const { left, right, top, bottom } = shared(
        image,
        { blockCol: index % image.blocksAcross, blockRow: Math.floor(index / image.blocksAcross) },
        window,
      );
      const first = (top % image.blockHeightPx) * image.blockWidthPx + (left % image.blockWidthPx);
      take({
        bytes: block instanceof Uint8Array ? block.subarray(first) : null,
        rowBytes: image.blockWidthPx,
        colOff: left - colOff,
        rowOff: top - rowOff,
        widthPx: right - left,
        heightPx: bottom - top,
      });
    };
    await loadBlocks<Samples>(
      {
        image,
        keyPrefix: `${this.id}:0:`,
        cache: isOnce ? new BlockCache(0) : this.parts.cache,
        blockBytesLimit: limits.blockBytes,
        decode: (index, bytes) => decodeBlock(image, stored, bytes, Math.floor(index / image.blocksAcross)),
        consume,
        consumePart: isDeflatedBytes(image, stored)
          ? (index, packed) =>
              consume(
                index,
                inflateRows(packed, wantedRows(image, index % image.blocksAcross, Math.floor(index / image.blocksAcross), window)),
              )
          : null,
      },
      blocksOf(image, window),
      signal,
    );
  }

  private emptyArray(window: Window, sampleType: SampleType, bandCount: number): RasterArray {
    const pixels = window.widthPx * window.heightPx;
    return {
      layout: "pixel-interleaved",
      sampleType,
      bandCount,
      widthPx: window.widthPx,
      heightPx: window.heightPx,
      data: newSamples(sampleType, pixels * bandCount),
      valid: new Uint8Array(pixels),
    };
  }

  /** Copies what the blocks under the window hold of it into the output. Planar bands come from blocks of their own. */
  private readSamples(
    image: ImageLayout,
    level: number,
    window: Window,
    samples: readonly number[],
    out: RasterArray,
    alpha: Samples | null,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { stored, meaning, cache, limits } = this.parts;
    const perPlane = image.blocksAcross * image.blocksDown;
    const places = blocksOf(image, window);
    const planes = image.planar ? [...samples, ...(alpha && meaning.alphaSample !== null ? [meaning.alphaSample] : [])] : [0];
    const indexes = planes.flatMap((plane) => places.map((place) => plane * perPlane + place));
    const consume = (index: number, block: Samples | null): void => {
      if (!block) return;
      const inPlane = index % perPlane;
      const place = { blockCol: inPlane % image.blocksAcross, blockRow: Math.floor(inPlane / image.blocksAcross) };
      const sample = Math.floor(index / perPlane);
      const spp = image.planar ? 1 : image.samplesPerPixel;
      const copies = image.planar
        ? samples.flatMap((wanted, band) =>
            wanted === sample ? [{ from: [0], out: out.data, outBands: out.bandCount, firstBand: band }] : [],
          )
        : [{ from: samples, out: out.data, outBands: out.bandCount, firstBand: 0 }];
      for (const copy of copies) copySamples(block, image, place, window, { samplesPerPixel: spp, ...copy }, out.valid);
      if (!alpha || meaning.alphaSample === null || (image.planar && sample !== meaning.alphaSample)) return;
      const from = [image.planar ? 0 : meaning.alphaSample];
      copySamples(block, image, place, window, { samplesPerPixel: spp, from, out: alpha, outBands: 1, firstBand: 0 }, null);
    };
    const part = (index: number, packed: Packed): void => {
      const inPlane = index % perPlane;
      consume(
        index,
        inflateRows(packed, wantedRows(image, inPlane % image.blocksAcross, Math.floor(inPlane / image.blocksAcross), window)),
      );
    };
    return loadBlocks<Samples>(
      {
        image,
        keyPrefix: `${this.id}:${level}:`,
        cache,
        blockBytesLimit: limits.blockBytes,
        decode: (index, bytes) => decodeBlock(image, stored, bytes, Math.floor((index % perPlane) / image.blocksAcross)),
        consume,
        consumePart: isDeflatedBytes(image, stored) ? part : null,
      },
      indexes,
      signal,
    );
  }

  private async readMask(
    mask: ImageLayout,
    level: number,
    window: Window,
    valid: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const stored = storedSamples(mask);
    if (!stored) return;
    const consume = (index: number, block: Uint8Array | null): void => {
      if (block === allMeasured) return;
      const place = { blockCol: index % mask.blocksAcross, blockRow: Math.floor(index / mask.blocksAcross) };
      copyMask(block, mask, place, window, valid);
    };
    const part = (index: number, packed: Packed): void => {
      const wanted = wantedRows(mask, index % mask.blocksAcross, Math.floor(index / mask.blocksAcross), window);
      const rowBytes = storedRowBytes(stored, mask.blockWidthPx);
      const rows = inflateRows(packed, { ...wanted, rowBytes, usedBytes: rowBytes });
      if (rows.every((bits) => bits === 255)) return;
      consume(index, unpackFractions(rows, 1, mask.blockWidthPx, wanted.endRow));
    };
    await loadBlocks<Uint8Array>(
      {
        image: mask,
        keyPrefix: `${this.id}:mask:${level}:`,
        cache: this.parts.cache,
        blockBytesLimit: this.parts.limits.blockBytes,
        decode: (index, bytes) => decodeMaskBlock(mask, stored, bytes, Math.floor(index / mask.blocksAcross)),
        consume,
        consumePart: isDeflatedBits(mask, stored) ? part : null,
      },
      blocksOf(mask, window),
      signal,
    );
  }
}

/** Whether `inflateRows` can unpack an image's blocks. */
function isDeflatedBytes(image: ImageLayout, { form, sampleType }: StoredSamples): boolean {
  const method = image.compression;
  const rowBytes = image.blockWidthPx * (image.planar ? 1 : image.samplesPerPixel);
  return (
    (method === compression.deflate || method === compression.deflateOld) &&
    form === "as-is" &&
    sampleType === "uint8" &&
    image.predictor <= 2 &&
    rowBytes * image.blockHeightPx <= inflateRowsBytes / 2
  );
}

/** The same for a mask of bits. */
function isDeflatedBits(mask: ImageLayout, { bits, form }: StoredSamples): boolean {
  const method = mask.compression;
  return (
    (method === compression.deflate || method === compression.deflateOld) &&
    form === "packed" &&
    bits === 1 &&
    mask.samplesPerPixel === 1 &&
    mask.predictor === 1 &&
    mask.blockWidthPx * mask.blockHeightPx <= inflateRowsBytes
  );
}

/** What a window needs of a block. */
function wantedRows(image: ImageLayout, blockCol: number, blockRow: number, window: Window): WantedRows {
  const { blockWidthPx, blockHeightPx } = image;
  const samplesPerPixel = image.planar ? 1 : image.samplesPerPixel;
  const endCol = Math.min(window.colOff + window.widthPx, image.widthPx) - blockCol * blockWidthPx;
  const endRow = Math.min(window.rowOff + window.heightPx, image.heightPx) - blockRow * blockHeightPx;
  return {
    rowBytes: blockWidthPx * samplesPerPixel,
    firstRow: Math.max(0, window.rowOff - blockRow * blockHeightPx),
    endRow: Math.min(blockHeightPx, endRow),
    usedBytes: Math.min(blockWidthPx, endCol) * samplesPerPixel,
    samplesPerPixel,
    isDifferenced: image.predictor === 2,
  };
}

/** Indexes of the blocks of one plane that share pixels with a window, row by row. */
function blocksOf(image: ImageLayout, window: Window): number[] {
  const firstCol = Math.max(0, Math.floor(window.colOff / image.blockWidthPx));
  const lastCol = Math.min(image.blocksAcross - 1, Math.floor((window.colOff + window.widthPx - 1) / image.blockWidthPx));
  const firstRow = Math.max(0, Math.floor(window.rowOff / image.blockHeightPx));
  const lastRow = Math.min(image.blocksDown - 1, Math.floor((window.rowOff + window.heightPx - 1) / image.blockHeightPx));
  const indexes: number[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let col = firstCol; col <= lastCol; col++) indexes.push(row * image.blocksAcross + col);
  }
  return indexes;
}
