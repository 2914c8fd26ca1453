import { colourBandIndexes } from "@reefline/raster/colourBands";
import type { Raster } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import type { SurveyImage } from "@reefline/schema/survey";
import type { TileStyle } from "@reefline/schema/tileStyle";
import sharp from "sharp";
import { styleBands, styledColours } from "./styledColours.ts";
import { tilePixels } from "./tilePixels.ts";
import { planTile } from "./tilePlan.ts";

export interface EncodedTile {
  readonly body: Buffer;
  readonly contentType: string;
}

export interface ImageryTileRequest {
  readonly raster: Raster;
  /** Names and stretches of the raster's bands. */
  readonly image: { readonly bands: readonly Pick<SurveyImage["bands"][number], "name" | "stretch">[] };
  readonly z: number;
  readonly x: number;
  readonly y: number;
  readonly signal?: AbortSignal | undefined;
  /** 256, or 512 for high-density screens. */
  readonly sizePx?: number;
  /** By default the image's colours with its own stretch. */
  readonly style?: TileStyle | null;
}

/**
 * Map tile z/x/y of a survey's image as WebP, transparent where nothing was measured; null when all of it is.
 * @throws AppError as reading does; `raster/cancelled` when `signal` is aborted; `tile/style` for bands that are not there
 */
export async function renderImageryTile(request: ImageryTileRequest): Promise<EncodedTile | null> {
  const { raster, image, z, x, y, signal, sizePx = 256 } = request;
  const style = request.style ?? defaultStyle(image);
  const bands = styleBands(style);
  if (bands.some((band) => band >= raster.bandNames.length))
    throw new AppError("bad-input", "tile/style", `The image has ${raster.bandNames.length} bands; choose among these.`);
  const plan = planTile(raster, z, x, y, sizePx);
  if (!plan) return null;
  const pixels = await tilePixels(raster, plan, bands, signal, "crisp");
  if (pixels.isEmpty) return null;
  const channels = pixels.isFull ? 3 : 4;
  const body = await sharp(styledColours(pixels, style, bands, channels), { raw: { width: sizePx, height: sizePx, channels } })
    .webp({ quality: 85, alphaQuality: 90, effort: 0 })
    .toBuffer();
  return { body, contentType: "image/webp" };
}

/** The image's colours, a single band as grey. */
function defaultStyle(image: ImageryTileRequest["image"]): TileStyle {
  const channel = (band: number) => ({ band, ...(image.bands[band]?.stretch ?? { low: 0, high: 255 }) });
  const [red, green, blue] = colourBandIndexes(image.bands.map(({ name }) => name));
  if (green === undefined || blue === undefined) return { kind: "band", channel: channel(red), ramp: "grey" };
  return { kind: "colours", channels: [channel(red), channel(green), channel(blue)] };
}
