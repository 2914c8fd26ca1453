import type { Raster } from "@reefline/raster/raster";
import { probabilityNodata } from "@reefline/schema/prediction";
import sharp from "sharp";
import type { EncodedTile } from "./imageryTile.ts";
import { tilePixels } from "./tilePixels.ts";
import { planTile } from "./tilePlan.ts";

export interface ProbabilityTileRequest {
  readonly raster: Raster;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly signal?: AbortSignal;
  readonly sizePx?: number;
}

/**
 * Map tile z/x/y of a probability raster as lossless PNG, for the page to colour: red is the byte (0 nodata, else
 * p = (v − 1) / 254), green and blue are 0, nothing is transparent. null when the tile holds no prediction.
 */
export async function renderProbabilityTile({
  raster,
  z,
  x,
  y,
  signal,
  sizePx = 256,
}: ProbabilityTileRequest): Promise<EncodedTile | null> {
  const plan = planTile(raster, z, x, y, sizePx);
  if (!plan) return null;
  const pixels = await tilePixels(raster, plan, [0], signal);
  if (pixels.isEmpty) return null;
  const rgb = new Uint8Array(pixels.coverage.length * 3);
  for (let i = 0; i < pixels.coverage.length; i++) {
    // Half a pixel of ground or more counts as predicted, as a pixel's centre would.
    const isPredicted = (pixels.coverage[i] ?? 0) >= 0.5;
    rgb[i * 3] = isPredicted ? Math.min(255, Math.max(1, Math.round(pixels.samples[i] ?? 0))) : probabilityNodata;
  }
  const body = await sharp(rgb, { raw: { width: sizePx, height: sizePx, channels: 3 } })
    .png({ compressionLevel: 3, palette: false })
    .toBuffer();
  return { body, contentType: "image/png" };
}
