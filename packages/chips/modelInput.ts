import type { RasterArray } from "@reefline/raster/array";
import type { Raster } from "@reefline/raster/raster";
import { readScaled } from "@reefline/raster/resample/readScaled";
import { colourBandIndexes } from "@reefline/raster/statistics/colourBands";
import { stretchToBytes } from "@reefline/raster/statistics/stretch";
import type { Grid, Window } from "@reefline/schema/grid";
import type { SurveyImage } from "@reefline/schema/survey";
import { type Unsharp, unsharpHaloPx, unsharpMask } from "./unsharp.ts";

/** What a network sees of a window, before normalisation. */
export interface ModelInput {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bandCount: number;
  /** Interleaved, length widthPx · heightPx · bandCount; 0 where not valid. */
  readonly pixels: Uint8Array;
  /** 1 where the image holds a measurement, length widthPx · heightPx. */
  readonly valid: Uint8Array;
}

/** Which of an image's bands a network sees: those that are shown. */
export function modelBands(image: SurveyImage): { indexes: number[]; names: string[] } {
  const indexes = [...colourBandIndexes(image.bands.map(({ name }) => name))];
  return { indexes, names: indexes.map((index) => image.bands[index]?.name ?? `band-${index + 1}`) };
}

/**
 * The one way by which pixels reach a network, in training and in prediction: scaled to the model's grid, stretched to bytes, sharpened
 * with a halo when the model wants it. The window may hang over the grid's edge; pixels beyond it are not valid.
 * @param window in pixels of `modelGrid`
 */
export async function readModelInput(
  raster: Raster,
  image: SurveyImage,
  modelGrid: Grid,
  window: Window,
  options: { unsharp?: Unsharp | null; signal?: AbortSignal } = {},
): Promise<ModelInput> {
  const { indexes } = modelBands(image);
  const bands = indexes.flatMap((index) => image.bands[index] ?? []);
  const halo = options.unsharp ? unsharpHaloPx(options.unsharp) : 0;
  const empty = (): ModelInput => ({
    widthPx: window.widthPx,
    heightPx: window.heightPx,
    bandCount: bands.length,
    pixels: new Uint8Array(window.widthPx * window.heightPx * bands.length),
    valid: new Uint8Array(window.widthPx * window.heightPx),
  });
  const wanted = clip(grow(window, halo), modelGrid);
  if (!wanted) return empty();
  const asBytes = shownAsTheyAre(raster, bands);
  const scaled = await readScaled(raster, modelGrid, wanted, { bands: indexes, bytes: asBytes, signal: options.signal });
  let read: RasterArray = asBytes ? scaled : stretchToBytes(scaled, bands, 0);
  let bytes = read.data instanceof Uint8Array ? read.data : Uint8Array.from(read.data);
  if (options.unsharp) {
    bytes = unsharpMask(bytes, read.valid, read.widthPx, read.heightPx, bands.length, options.unsharp);
    read = { ...read, data: bytes };
  }
  if (isSame(wanted, window))
    return { widthPx: window.widthPx, heightPx: window.heightPx, bandCount: bands.length, pixels: bytes, valid: read.valid };
  const out = empty();
  paste(bytes, read.valid, wanted, out, window);
  return out;
}

/** Bytes that are shown from 0 to 255 need no stretch, and means of bytes stay between the two. */
function shownAsTheyAre(raster: Raster, bands: SurveyImage["bands"]): boolean {
  return raster.sampleType === "uint8" && bands.every(({ stretch }) => stretch.low === 0 && stretch.high === 255);
}

function paste(bytes: Uint8Array, validBytes: Uint8Array, from: Window, out: ModelInput, to: Window): void {
  const shared = intersect(from, to);
  if (!shared) return;
  const { bandCount } = out;
  for (let row = shared.rowOff; row < shared.rowOff + shared.heightPx; row++) {
    const source = (row - from.rowOff) * from.widthPx + (shared.colOff - from.colOff);
    const target = (row - to.rowOff) * to.widthPx + (shared.colOff - to.colOff);
    out.pixels.set(bytes.subarray(source * bandCount, (source + shared.widthPx) * bandCount), target * bandCount);
    out.valid.set(validBytes.subarray(source, source + shared.widthPx), target);
  }
}

function grow({ colOff, rowOff, widthPx, heightPx }: Window, px: number): Window {
  return { colOff: colOff - px, rowOff: rowOff - px, widthPx: widthPx + 2 * px, heightPx: heightPx + 2 * px };
}

function isSame(a: Window, b: Window): boolean {
  return a.colOff === b.colOff && a.rowOff === b.rowOff && a.widthPx === b.widthPx && a.heightPx === b.heightPx;
}

function clip(window: Window, { widthPx, heightPx }: Grid): Window | null {
  return intersect(window, { colOff: 0, rowOff: 0, widthPx, heightPx });
}

function intersect(a: Window, b: Window): Window | null {
  const colOff = Math.max(a.colOff, b.colOff);
  const rowOff = Math.max(a.rowOff, b.rowOff);
  const widthPx = Math.min(a.colOff + a.widthPx, b.colOff + b.widthPx) - colOff;
  const heightPx = Math.min(a.rowOff + a.heightPx, b.rowOff + b.heightPx) - rowOff;
  return widthPx > 0 && heightPx > 0 ? { colOff, rowOff, widthPx, heightPx } : null;
}
