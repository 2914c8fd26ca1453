import type { Raster } from "@reefline/raster/raster";
import { colourBandIndexes } from "@reefline/raster/statistics/colourBands";
import { throwIfAborted } from "@reefline/raster/tiff/rasterError";
import { AppError } from "@reefline/schema/errors";
import type { SurveyImage } from "@reefline/schema/survey";
import type { TileStyle } from "@reefline/schema/tileStyle";
import sharp from "sharp";
import { quickColours } from "./quickColours.ts";
import { styleBands, styledColours } from "./styledColours.ts";
import { tilePixels } from "./tilePixels.ts";
import { planQuickTile, planTile } from "./tilePlan.ts";

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
  const quick = isShownAsItIs(raster, style) ? planQuickTile(raster, z, x, y, sizePx) : null;
  if (quick) {
    const source = await raster.read(quick.window, { level: quick.level, bands, signal });
    throwIfAborted(signal);
    if (!source.valid.includes(0)) return encode(quickColours(source, quick), sizePx, 3);
  }
  const plan = planTile(raster, z, x, y, sizePx);
  if (!plan) return null;
  const pixels = await tilePixels(raster, plan, bands, signal, "crisp");
  if (pixels.isEmpty) return null;
  const channels = pixels.isFull ? 3 : 4;
  return encode(styledColours(pixels, style, bands, channels), sizePx, channels);
}

/** 8-bit bands from 0 to 255: three as colours or one as grey. */
function isShownAsItIs(raster: Raster, style: TileStyle): boolean {
  if (raster.sampleType !== "uint8") return false;
  const isWhole = ({ low, high }: { low: number; high: number }): boolean => low === 0 && high === 255;
  if (style.kind === "band") return style.ramp === "grey" && isWhole(style.channel);
  return style.kind === "colours" && style.channels.every(isWhole) && styleBands(style).length === 3;
}

/** libwebp's own quality; the least effort costs 0.1 dB and a tenth more bytes, and takes a third of the time. */
async function encode(colours: Uint8Array | Uint8ClampedArray, sizePx: number, channels: 3 | 4): Promise<EncodedTile> {
  const body = await sharp(colours, { raw: { width: sizePx, height: sizePx, channels } })
    .webp({ quality: 75, alphaQuality: 90, effort: 0 })
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
