import { defaultLimits } from "@reefline/schema/defaultLimits";
import { AppError } from "@reefline/schema/errors";
import type { Crs, Window } from "@reefline/schema/grid";
import type { RasterArray } from "../array.ts";
import { newSamples } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import { warp } from "../resample/warp.ts";
import { isSameCrs } from "../resample/warpPositions.ts";
import { throwIfAborted } from "../tiff/rasterError.ts";
import { mosaicGrid } from "./mosaicGrid.ts";

export interface MosaicOptions {
  /** Metres per pixel; the finest image's unless given. */
  readonly gsdMeters?: number | null;
  /** The first image's unless given. */
  readonly crs?: Crs | null;
  /** Which image is seen where several hold a measurement: the last given (default), or the first. */
  readonly onTop?: "last" | "first";
  /** What the images are called in refusals. */
  readonly names?: readonly string[];
  readonly maxPixels?: number;
}

/**
 * Several rasters as one, on the grid of `mosaicGrid`: pixels that fit are copied, others averaged or interpolated (`warp`). Each pixel
 * comes whole from one image, the topmost that holds a measurement there. Nothing is read before it is asked for; memory is the window's.
 * Closing it closes the rasters.
 * @throws AppError `raster/mosaic-bands`, `raster/mosaic-samples` when the images are not of one kind; as `mosaicGrid` does
 */
export function mosaicRaster(rasters: readonly Raster[], options: MosaicOptions = {}): Raster {
  const [first, ...others] = rasters;
  if (!first) throw new RangeError("a mosaic needs an image");
  const nameOf = (index: number) => options.names?.[index] ?? `Image ${index + 1}`;
  others.forEach((other, index) => {
    refuseDifferent(first, nameOf(0), other, nameOf(index + 1));
  });
  const grid = mosaicGrid(
    rasters.map((raster) => raster.grid),
    { gsdMeters: options.gsdMeters, crs: options.crs, maxPixels: options.maxPixels ?? defaultLimits.rasterPixels },
  );
  const layers = rasters.map((raster) => ({ warped: warp(raster, grid), order: bandOrder(first.bandNames, raster.bandNames) }));
  if (options.onTop !== "first") layers.reverse();
  const blockHeightPx = Math.max(...rasters.map((raster) => raster.levels[0]?.blockHeightPx ?? 1));
  return {
    grid,
    rawGeoKeys: isSameCrs(grid.crs, first.grid.crs) ? first.rawGeoKeys : undefined,
    sampleType: first.sampleType,
    bandNames: first.bandNames,
    // Between the images there is nothing, whatever each of them calls nothing.
    maskKind: "internal",
    nodata: null,
    levels: [{ widthPx: grid.widthPx, heightPx: grid.heightPx, blockWidthPx: grid.widthPx, blockHeightPx }],
    async read(window, { bands, signal } = {}) {
      const wanted = bands ?? first.bandNames.map((_, band) => band);
      const out: RasterArray = {
        layout: "pixel-interleaved",
        sampleType: first.sampleType,
        bandCount: wanted.length,
        widthPx: window.widthPx,
        heightPx: window.heightPx,
        data: newSamples(first.sampleType, window.widthPx * window.heightPx * wanted.length),
        valid: new Uint8Array(window.widthPx * window.heightPx),
      };
      let open = out.valid.length;
      for (const { warped, order } of layers) {
        throwIfAborted(signal);
        const part = warped.extent && intersect(window, warped.extent);
        if (!part || open === 0) continue;
        const array = await warped.read(part, { bands: wanted.map((band) => order[band] ?? band), signal });
        open -= layUnder(out, window, array, part);
      }
      return out;
    },
    async close() {
      await Promise.all(rasters.map((raster) => raster.close()));
    },
  };
}

/** Puts measurements of `from` where `out` has none yet. Returns how many. */
function layUnder(out: RasterArray, at: Window, from: RasterArray, part: Window): number {
  const { bandCount } = out;
  let count = 0;
  for (let row = 0; row < part.heightPx; row++) {
    let source = row * part.widthPx;
    let target = (part.rowOff - at.rowOff + row) * at.widthPx + (part.colOff - at.colOff);
    for (let col = 0; col < part.widthPx; col++, source++, target++) {
      if (from.valid[source] !== 1 || out.valid[target] === 1) continue;
      out.valid[target] = 1;
      count++;
      for (let band = 0; band < bandCount; band++) out.data[target * bandCount + band] = from.data[source * bandCount + band] ?? 0;
    }
  }
  return count;
}

function intersect(a: Window, b: Window): Window | null {
  const colOff = Math.max(a.colOff, b.colOff);
  const rowOff = Math.max(a.rowOff, b.rowOff);
  const widthPx = Math.min(a.colOff + a.widthPx, b.colOff + b.widthPx) - colOff;
  const heightPx = Math.min(a.rowOff + a.heightPx, b.rowOff + b.heightPx) - rowOff;
  return widthPx > 0 && heightPx > 0 ? { colOff, rowOff, widthPx, heightPx } : null;
}

/** Where each band of the first image is in another: by name when both have the same names, else by position. */
function bandOrder(names: readonly string[], others: readonly string[]): readonly number[] {
  const byName = names.map((name) => others.indexOf(name));
  return byName.every((index) => index >= 0) ? byName : names.map((_, index) => index);
}

function refuseDifferent(first: Raster, firstName: string, other: Raster, otherName: string): void {
  if (first.bandNames.length !== other.bandNames.length) {
    throw new AppError(
      "bad-input",
      "raster/mosaic-bands",
      `${otherName} has ${bands(other)} and ${firstName} has ${bands(first)}, so they cannot be one image. Export them with the same bands, or add them as surveys of their own.`,
    );
  }
  if (first.sampleType !== other.sampleType) {
    throw new AppError(
      "bad-input",
      "raster/mosaic-samples",
      `${otherName} holds ${other.sampleType} numbers and ${firstName} ${first.sampleType}, so they cannot be one image. Export them alike, or add them as surveys of their own.`,
    );
  }
}

const bands = ({ bandNames }: Raster): string => (bandNames.length === 1 ? "1 band" : `${bandNames.length} bands`);
