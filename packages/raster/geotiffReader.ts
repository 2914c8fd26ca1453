import type { Window } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray, Samples } from "./array.ts";
import type { BandMeaning } from "./bandMeaning.ts";
import type { BlockCache } from "./blockCache.ts";
import { type BlockFormat, decodeBlock, decodeMaskBlock } from "./blockDecode.ts";
import type { ImageLayout } from "./guard.ts";
import { bytesPerSample, newSamples } from "./newSamples.ts";
import { copyMask, copySamples, markNodata, unpremultiply } from "./pixelCopy.ts";
import { beyondLimit, damaged, throwIfAborted } from "./rasterError.ts";
import type { LevelLayout } from "./rasterLevels.ts";
import type { Source } from "./source.ts";

const blocksAtOnce = 8;
const compressedBytesLimit = 2 ** 30;

/** Where a block's bytes lie. Tags may hold any kind of number; these must be whole. */
export async function blockPlace(image: ImageLayout, index: number): Promise<{ offset: number; length: number }> {
  const offset = await image.blockOffsets.at(index);
  const length = await image.blockByteCounts.at(index);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw damaged("The file does not say where its pixels are.");
  }
  return { offset, length };
}

/** What reading windows of an open GeoTIFF takes. */
export interface ReaderParts {
  readonly source: Source;
  readonly cache: BlockCache;
  readonly levels: readonly LevelLayout[];
  readonly sampleType: SampleType;
  readonly meaning: BandMeaning;
  readonly nodata: number | null;
  readonly littleEndian: boolean;
  readonly id: string;
  readonly limits: Limits;
}

interface BlockPlan {
  readonly blockCol: number;
  readonly blockRow: number;
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
    const { levels, sampleType, meaning, nodata, limits } = this.parts;
    const level = levels[options.level ?? 0];
    if (!level) throw new RangeError(`there is no level ${options.level}; the raster has ${levels.length}`);
    const bands = options.bands ?? meaning.dataSamples.map((_, band) => band);
    const samples = bands.map((band) => {
      const sample = meaning.dataSamples[band];
      if (sample === undefined) throw new RangeError(`there is no band ${band}; the raster has ${meaning.dataSamples.length}`);
      return sample;
    });
    const pixels = window.widthPx * window.heightPx;
    if (pixels * bands.length * bytesPerSample[sampleType] > limits.blockBytes * 8) {
      throw beyondLimit(`A window of ${window.widthPx} × ${window.heightPx} pixels is too large to read at once.`);
    }
    const out: RasterArray = {
      layout: "pixel-interleaved",
      sampleType,
      bandCount: bands.length,
      widthPx: window.widthPx,
      heightPx: window.heightPx,
      data: newSamples(sampleType, pixels * bands.length),
      valid: new Uint8Array(pixels),
    };
    const alpha = meaning.alphaSample === null ? null : newSamples(sampleType, pixels);
    await forEachBlock(blocksOf(level.image, window), options.signal, (plan) => this.place(level.image, plan, window, samples, out, alpha));
    if (alpha) {
      for (let i = 0; i < pixels; i++) if (alpha[i] === 0) out.valid[i] = 0;
      if (meaning.isPremultiplied) unpremultiply(out, alpha);
    }
    const { mask } = level;
    if (mask) {
      await forEachBlock(blocksOf(mask, window), options.signal, async (plan) => {
        copyMask(await this.maskBlock(mask, plan), mask, plan, window, out.valid);
      });
    }
    markNodata(out, nodata);
    return out;
  }

  /** Copies what one block column and row holds of the window into the output. Planar bands come from blocks of their own. */
  private async place(
    image: ImageLayout,
    plan: BlockPlan,
    window: Window,
    samples: readonly number[],
    out: RasterArray,
    alpha: Samples | null,
  ): Promise<void> {
    const { alphaSample } = this.parts.meaning;
    if (!image.planar) {
      const block = await this.block(image, plan, 0);
      if (!block) return;
      copySamples(
        block,
        image,
        plan,
        window,
        { samplesPerPixel: image.samplesPerPixel, from: samples, out: out.data, outBands: out.bandCount, firstBand: 0 },
        out.valid,
      );
      if (alpha && alphaSample !== null) {
        copySamples(
          block,
          image,
          plan,
          window,
          { samplesPerPixel: image.samplesPerPixel, from: [alphaSample], out: alpha, outBands: 1, firstBand: 0 },
          null,
        );
      }
      return;
    }
    const planes = alpha && alphaSample !== null ? [...samples, alphaSample] : samples;
    const blocks = await Promise.all(planes.map((plane) => this.block(image, plan, plane)));
    blocks.forEach((block, i) => {
      if (!block) return;
      const isAlpha = i === samples.length;
      copySamples(
        block,
        image,
        plan,
        window,
        {
          samplesPerPixel: 1,
          from: [0],
          out: isAlpha && alpha ? alpha : out.data,
          outBands: isAlpha ? 1 : out.bandCount,
          firstBand: isAlpha ? 0 : i,
        },
        out.valid,
      );
    });
  }

  /** Decoded samples of a block, or null where a sparse file stores none. */
  private async block(image: ImageLayout, plan: BlockPlan, plane: number): Promise<Samples | null> {
    const index = plan.blockRow * image.blocksAcross + plan.blockCol + (image.planar ? plane * image.blocksAcross * image.blocksDown : 0);
    const found = await this.parts.cache.get(`${this.id}:${image.widthPx}:${index}`, async () => {
      const bytes = await this.compressed(image, index);
      const format: BlockFormat = { layout: image, sampleType: this.parts.sampleType, littleEndian: this.parts.littleEndian };
      return bytes ? decodeBlock(format, bytes, plan.blockRow) : absent;
    });
    return found === absent ? null : found;
  }

  private maskBlock(mask: ImageLayout, plan: BlockPlan): Promise<Uint8Array> {
    const index = plan.blockRow * mask.blocksAcross + plan.blockCol;
    return this.parts.cache.get(`${this.id}:mask:${mask.widthPx}:${index}`, async () => {
      const bytes = await this.compressed(mask, index);
      return bytes ? decodeMaskBlock(mask, bytes, plan.blockRow) : new Uint8Array(mask.blockWidthPx * mask.blockHeightPx);
    });
  }

  private async compressed(image: ImageLayout, index: number): Promise<Uint8Array | null> {
    const { offset, length } = await blockPlace(image, index);
    if (offset === 0 || length === 0) return null;
    if (length > compressedBytesLimit || length > this.parts.limits.blockBytes * 2)
      throw damaged("A block of pixels claims to be impossibly large.");
    if (offset + length > this.parts.source.sizeBytes) throw damaged("The file ends before its image does.");
    return this.parts.source.read(offset, length);
  }
}

const absent: Samples = new Uint8Array(0);

/** The blocks that share pixels with a window, row by row. */
function blocksOf(image: ImageLayout, window: Window): BlockPlan[] {
  const firstCol = Math.max(0, Math.floor(window.colOff / image.blockWidthPx));
  const lastCol = Math.min(image.blocksAcross - 1, Math.floor((window.colOff + window.widthPx - 1) / image.blockWidthPx));
  const firstRow = Math.max(0, Math.floor(window.rowOff / image.blockHeightPx));
  const lastRow = Math.min(image.blocksDown - 1, Math.floor((window.rowOff + window.heightPx - 1) / image.blockHeightPx));
  const plans: BlockPlan[] = [];
  for (let blockRow = firstRow; blockRow <= lastRow; blockRow++) {
    for (let blockCol = firstCol; blockCol <= lastCol; blockCol++) plans.push({ blockCol, blockRow });
  }
  return plans;
}

/** Runs `task` for every block, a few at a time. Stops at the first failure and when aborted. */
async function forEachBlock(
  plans: readonly BlockPlan[],
  signal: AbortSignal | undefined,
  task: (plan: BlockPlan) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      throwIfAborted(signal);
      const plan = plans[next++];
      if (!plan) return;
      try {
        await task(plan);
      } catch (error) {
        next = plans.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(blocksAtOnce, plans.length)) }, worker));
}
