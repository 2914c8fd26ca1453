import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { composeAffine, invertAffine } from "@reefline/geo/affine";
import { polygonToPixels } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import type { Raster } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Affine, Grid, Window } from "@reefline/schema/grid";
import type { Evaluation } from "@reefline/schema/training";
import { EvaluationHistogram } from "./evaluationHistogram.ts";
import { type ProbabilityBlock, sampleByte } from "./probabilitySampler.ts";

export interface EvaluateInput {
  /** The probability COG, on the model's grid. */
  readonly probability: Raster;
  /** The survey's own grid, whose pixels are counted. */
  readonly surveyGrid: Grid;
  /** The survey itself: pixels without a measurement do not count. */
  readonly surveyRaster: Raster;
  /** What is there: overlapping polygons are a union. */
  readonly truth: readonly Polygon[];
  /** Where to count. */
  readonly area: readonly Polygon[];
  /** Ground inside the area that does not count, e.g. "unsure" or labelled by a model. */
  readonly ignore?: readonly Polygon[];
  readonly signal?: AbortSignal;
}

const BLOCK_PX = 1024;

/** The window of the probability raster that the centres of a survey window fall on, with a pixel around for interpolation. */
function windowUnder(grid: Grid, toProbability: Affine, { colOff, rowOff, widthPx, heightPx }: Window): Window | null {
  const [a, b, c, d, e, f] = toProbability;
  const cols: number[] = [];
  const rows: number[] = [];
  for (const col of [colOff, colOff + widthPx]) {
    for (const row of [rowOff, rowOff + heightPx]) {
      cols.push(a * col + b * row + c);
      rows.push(d * col + e * row + f);
    }
  }
  const left = Math.max(0, Math.floor(Math.min(...cols)) - 1);
  const top = Math.max(0, Math.floor(Math.min(...rows)) - 1);
  const right = Math.min(grid.widthPx, Math.ceil(Math.max(...cols)) + 1);
  const bottom = Math.min(grid.heightPx, Math.ceil(Math.max(...rows)) + 1);
  return right > left && bottom > top ? { colOff: left, rowOff: top, widthPx: right - left, heightPx: bottom - top } : null;
}

function blocksOver(grid: Grid, extent: ReturnType<typeof pixelExtent>): Window[] {
  const left = Math.max(0, Math.floor(extent.minCol));
  const top = Math.max(0, Math.floor(extent.minRow));
  const right = Math.min(grid.widthPx, Math.ceil(extent.maxCol));
  const bottom = Math.min(grid.heightPx, Math.ceil(extent.maxRow));
  const windows: Window[] = [];
  for (let rowOff = top; rowOff < bottom; rowOff += BLOCK_PX)
    for (let colOff = left; colOff < right; colOff += BLOCK_PX)
      windows.push({ colOff, rowOff, widthPx: Math.min(BLOCK_PX, right - colOff), heightPx: Math.min(BLOCK_PX, bottom - rowOff) });
  return windows;
}

/**
 * Counts, on the survey's own measured pixels whose centre lies in the area, how predicted probability (bilinear at the pixel's centre)
 * and truth agree: a histogram from which every threshold follows. Ground without a prediction counts as not predicted.
 * @throws AppError "inference/empty-area" when the area holds no measured pixel of the survey
 */
export async function evaluationHistogram(input: EvaluateInput): Promise<EvaluationHistogram> {
  const { probability, surveyGrid, surveyRaster, signal } = input;
  const toProbability = composeAffine(invertAffine(probability.grid.transform), surveyGrid.transform);
  const areaRings = input.area.map((polygon) => polygonToPixels(surveyGrid, polygon));
  const truthRings = input.truth.map((polygon) => polygonToPixels(surveyGrid, polygon));
  const ignoreRings = (input.ignore ?? []).map((polygon) => polygonToPixels(surveyGrid, polygon));
  const pixelAreaM2 = rowPixelAreasM2(surveyGrid);
  const histogram = new EvaluationHistogram();
  const truthCounts = new Uint32Array(256);
  const otherCounts = new Uint32Array(256);
  for (const window of blocksOver(surveyGrid, pixelExtent(areaRings))) {
    signal?.throwIfAborted();
    const asked = rasterizePolygons(areaRings, window);
    if (!asked.includes(1)) continue;
    const truth = rasterizePolygons(truthRings, window);
    const ignored = ignoreRings.length > 0 ? rasterizePolygons(ignoreRings, window) : null;
    const { valid } = await surveyRaster.read(window, { bands: [0], signal });
    const under = windowUnder(probability.grid, toProbability, window);
    const block: ProbabilityBlock | null = under && { ...under, data: (await probability.read(under, { signal })).data };
    for (let row = 0; row < window.heightPx; row++) {
      truthCounts.fill(0);
      otherCounts.fill(0);
      for (let col = 0; col < window.widthPx; col++) {
        const i = row * window.widthPx + col;
        if (asked[i] !== 1 || valid[i] !== 1 || ignored?.[i] === 1) continue;
        const value = block ? sampleByte(block, toProbability, window.colOff + col, window.rowOff + row) : 0;
        const counts = truth[i] === 1 ? truthCounts : otherCounts;
        counts[value] = (counts[value] ?? 0) + 1;
      }
      histogram.addRow(truthCounts, otherCounts, pixelAreaM2(window.rowOff + row));
    }
  }
  if (histogram.pixelCount === 0)
    throw new AppError(
      "bad-input",
      "inference/empty-area",
      "The area to evaluate holds no measured pixel of this survey: check that it lies on the imagery.",
    );
  return histogram;
}

/** How well a prediction agrees with the truth at one threshold; see `evaluationHistogram` for what is counted. */
export async function evaluateArea(input: EvaluateInput & { readonly threshold: number }): Promise<Evaluation> {
  return (await evaluationHistogram(input)).at(input.threshold);
}
