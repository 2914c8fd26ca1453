import type { Window } from "@reefline/schema/grid";
import type { SurveyImage } from "@reefline/schema/survey";
import type { RasterArray } from "../array.ts";
import type { Raster } from "../raster.ts";
import { colourBandIndexes } from "./colourBands.ts";

export type Stretch = SurveyImage["bands"][number]["stretch"];

/** Windows looked at when the coarsest level is too large to be read whole. */
const sampleWindows = 8;
const sampleWindowPx = 256;
const wholePixels = 1024 * 1024;

/**
 * The value shown as black and the one shown as white, per band: 0 and 255 for 8-bit rasters (0 and 1, 3 or 15 where the
 * coarsest overview holds nothing above: they had 1, 2 or 4 bits and would be all but black), otherwise the 2nd and 98th
 * percentile of the valid samples of the coarsest overview (or of windows spread over the image when it has none).
 * A band without any variation gets a range of one unit about its value.
 */
export async function chooseStretch(raster: Raster, signal?: AbortSignal): Promise<Stretch[]> {
  if (raster.sampleType === "uint8") {
    const high = await highestOfFewBits(raster, signal);
    return raster.bandNames.map(() => ({ low: 0, high }));
  }
  const level = raster.levels.length - 1;
  const samples: number[][] = raster.bandNames.map(() => []);
  for (const window of windowsToSample(raster, level)) {
    const array = await raster.read(window, { level, signal });
    for (let pixel = 0; pixel < array.valid.length; pixel++) {
      if (array.valid[pixel] === 0) continue;
      samples.forEach((values, band) => {
        values.push(array.data[pixel * array.bandCount + band] ?? 0);
      });
    }
  }
  return samples.map((values) => {
    const sorted = Float64Array.from(values).sort();
    const low = percentile(sorted, 0.02);
    const high = percentile(sorted, 0.98);
    return high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 };
  });
}

/** The largest number of the bits that 8-bit samples use. Only looks where that is quick. */
async function highestOfFewBits(raster: Raster, signal: AbortSignal | undefined): Promise<number> {
  const level = raster.levels.length - 1;
  const [whole, more] = windowsToSample(raster, level);
  if (!whole || more) return 255;
  const { data, valid, bandCount } = await raster.read(whole, { level, signal });
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (value > max && valid[Math.floor(i / bandCount)] === 1) max = value;
    if (max > 15) return 255;
  }
  return [1, 3, 15].find((high) => max > 0 && max <= high) ?? 255;
}

function windowsToSample(raster: Raster, level: number): Window[] {
  const size = raster.levels[level];
  if (!size) return [];
  const { widthPx, heightPx } = size;
  if (widthPx * heightPx <= wholePixels) return [{ colOff: 0, rowOff: 0, widthPx, heightPx }];
  const windows: Window[] = [];
  for (let row = 0; row < sampleWindows; row++) {
    for (let col = 0; col < sampleWindows; col++) {
      const w = Math.min(sampleWindowPx, widthPx);
      const h = Math.min(sampleWindowPx, heightPx);
      windows.push({
        colOff: Math.round(((widthPx - w) * col) / (sampleWindows - 1)),
        rowOff: Math.round(((heightPx - h) * row) / (sampleWindows - 1)),
        widthPx: w,
        heightPx: h,
      });
    }
  }
  return windows;
}

/** Linear between the closest ranks, as numpy.percentile; 0 for no values. */
function percentile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? 0;
  return low + (high - low) * (position - Math.floor(position));
}

/**
 * The bands that are shown, each stretched linearly to 0–255 and rounded; invalid pixels are `fill`.
 * @param array all bands of the image, or already the colour bands only (`bands` then describes those)
 * @param bands as in SurveyImage, one per band of `array`
 * @returns uint8, 3 bands (red, green, blue) or 1 (grey), the same `valid`
 */
export function stretchToBytes(array: RasterArray, bands: SurveyImage["bands"], fill = 0): RasterArray {
  if (bands.length !== array.bandCount) throw new RangeError(`${bands.length} stretches for ${array.bandCount} bands`);
  const chosen = colourBandIndexes(bands.map(({ name }) => name));
  const bandCount = chosen.length;
  const data = new Uint8Array(array.valid.length * bandCount);
  chosen.forEach((band, to) => {
    const { low, high } = bands[band]?.stretch ?? { low: 0, high: 255 };
    const factor = high > low ? 255 / (high - low) : 0;
    for (let pixel = 0, read = band, write = to; pixel < array.valid.length; pixel++, read += array.bandCount, write += bandCount) {
      if (array.valid[pixel] === 0) {
        data[write] = fill;
        continue;
      }
      const value = ((array.data[read] ?? 0) - low) * factor + 0.5;
      data[write] = Math.max(0, Math.min(255, value));
    }
  });
  return {
    layout: "pixel-interleaved",
    sampleType: "uint8",
    bandCount,
    widthPx: array.widthPx,
    heightPx: array.heightPx,
    data,
    valid: array.valid,
  };
}
