import { colourBandIndexes } from "@reefline/raster/colourBands";
import type { Raster } from "@reefline/raster/raster";
import type { SurveyImage } from "@reefline/schema/survey";
import sharp from "sharp";
import { type TilePixels, tilePixels } from "./tilePixels.ts";
import { planTile } from "./tilePlan.ts";

export interface EncodedTile {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface ImageryTileRequest {
  readonly raster: Raster;
  /** Names and stretches of the raster's bands. */
  readonly image: Pick<SurveyImage, "bands">;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly signal?: AbortSignal;
  /** 256, or 512 for high-density screens. */
  readonly sizePx?: number;
}

/**
 * Map tile z/x/y of a survey's image as WebP, transparent where nothing was measured; null when all of it is.
 * @throws AppError as reading does; AppError `raster/cancelled` when `signal` is aborted
 */
export async function renderImageryTile({ raster, image, z, x, y, signal, sizePx = 256 }: ImageryTileRequest): Promise<EncodedTile | null> {
  const plan = planTile(raster, z, x, y, sizePx);
  if (!plan) return null;
  const bands = colourBandIndexes(image.bands.map(({ name }) => name));
  const pixels = await tilePixels(raster, plan, bands, signal);
  if (pixels.isEmpty) return null;
  const channels = pixels.isFull ? 3 : 4;
  const colours = toColours(
    pixels,
    bands.map((band) => image.bands[band]?.stretch ?? { low: 0, high: 255 }),
    channels,
  );
  const body = await sharp(colours, { raw: { width: sizePx, height: sizePx, channels } })
    .webp({ quality: 85, alphaQuality: 90, effort: 0 })
    .toBuffer();
  return { body, contentType: "image/webp" };
}

/** Stretched to bytes, grey repeated to three channels, coverage as alpha where there are four. */
export function toColours(pixels: TilePixels, stretches: readonly { low: number; high: number }[], channels: 3 | 4): Uint8ClampedArray {
  const { bandCount, samples, coverage } = pixels;
  const out = new Uint8ClampedArray(coverage.length * channels);
  for (let channel = 0; channel < 3; channel++) {
    const band = Math.min(channel, bandCount - 1);
    const { low, high } = stretches[band] ?? { low: 0, high: 255 };
    const factor = high > low ? 255 / (high - low) : 0;
    // Uint8ClampedArray rounds and clamps by itself.
    for (let i = 0, read = band, write = channel; i < coverage.length; i++, read += bandCount, write += channels) {
      out[write] = ((samples[read] ?? 0) - low) * factor;
    }
  }
  if (channels === 4) {
    for (let i = 0; i < coverage.length; i++) {
      const part = coverage[i] ?? 0;
      out[i * 4 + 3] = part * 255;
      if (part === 0) out.fill(0, i * 4, i * 4 + 3);
    }
  }
  return out;
}
