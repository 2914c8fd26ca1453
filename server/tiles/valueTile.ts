import type { Raster } from "@reefline/raster/raster";
import { probabilityNodata } from "@reefline/schema/prediction";
import sharp from "sharp";
import type { EncodedTile } from "./imageryTile.ts";
import { tilePixels } from "./tilePixels.ts";
import { planTile } from "./tilePlan.ts";

export interface ValueTileRequest {
  readonly raster: Raster;
  readonly z: number;
  readonly x: number;
  readonly y: number;
  /** Amounts, such as probabilities, are blended; of classes the nearest is taken. */
  readonly values: "amounts" | "classes";
  readonly signal?: AbortSignal;
  readonly sizePx?: number;
}

/**
 * Map tile z/x/y of a raster of bytes as lossless PNG, for the page to colour: red is the byte (0 nodata; of a probability
 * p = (v − 1) / 254, else the number of the class), green and blue are 0, nothing is transparent. null when the tile holds no prediction.
 */
export async function renderValueTile({ raster, z, x, y, values, signal, sizePx = 256 }: ValueTileRequest): Promise<EncodedTile | null> {
  const plan = planTile(raster, z, x, y, sizePx, values);
  if (!plan) return null;
  const pixels = await tilePixels(raster, plan, [0], signal, values === "classes" ? "nearest" : "blended");
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
