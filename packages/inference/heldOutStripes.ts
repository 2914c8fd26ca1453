import { classesOf } from "@reefline/chips/coverage";
import { unsaidClass } from "@reefline/chips/cutChip";
import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { composeAffine, invertAffine } from "@reefline/geo/affine";
import { polygonToPixels } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { Affine, Grid, Window } from "@reefline/schema/grid";
import { type ProbabilityBlock, sampleByte, sampleClass } from "./probabilitySampler.ts";

/** Classes of reef that are told apart, labelled and predicted. */
export interface ClassesToJudge {
  readonly names: readonly string[];
  /** Of the truth the polygons of each class, in order; where two overlap the earlier class counts. */
  readonly truth: readonly (readonly Polygon[])[];
  /** The likeliest class per pixel (0 = nodata, k the k-th), on the probability's grid. */
  readonly predicted: Raster;
}

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
  /** Only ground inside these too counts; left out: all of the area. */
  readonly within?: readonly Polygon[];
  /** Ground inside the area that does not count, e.g. "unsure" or labelled by a model. */
  readonly ignore?: readonly Polygon[];
  /** Left out: reef or not. */
  readonly classes?: ClassesToJudge;
  readonly signal?: AbortSignal;
}

/** What is known of a survey's pixels, one byte each. */
export const groundBits = { counted: 1, reef: 2 } as const;

/** Rows of the survey's own grid over the whole width of the area, and a margin of rows above and below where there are any. */
export interface HeldOutStripe {
  /** In the survey's pixels, margin included. */
  readonly window: Window;
  /** Rows of margin above, and how many rows after them are this stripe's own. */
  readonly marginRows: number;
  readonly ownRows: number;
  /** `groundBits`, row by row. */
  readonly ground: Uint8Array;
  /** Predicted byte per pixel, 0 without a prediction. */
  readonly predicted: Uint8Array;
  /** Where classes are told apart: of labelled reef the class, `unsaidClass` where no label says it, and the likeliest one predicted; 0 none. */
  readonly classes?: { readonly truth: Uint8Array; readonly predicted: Uint8Array };
}

const STRIPE_ROWS = 256;
const BLOCK_PX = 1024;

/**
 * Walks over the ground to be judged in stripes of at most 256 rows, each row once (margins again with their neighbours): which pixels
 * count, which of them are reef, and what was predicted (bilinear at the pixel's centre). Holds one stripe; blocks without any of the area
 * are not read. The arrays are used again for the next stripe.
 * @param marginPx rows to see above and below a stripe's own
 */
export async function* heldOutStripes(input: EvaluateInput, marginPx: number): AsyncGenerator<HeldOutStripe> {
  const { probability, surveyGrid, surveyRaster, classes, signal } = input;
  const toProbability = composeAffine(invertAffine(probability.grid.transform), surveyGrid.transform);
  const rings = (polygons: readonly Polygon[]) => polygons.map((polygon) => polygonToPixels(surveyGrid, polygon));
  const area = rings(input.area);
  const truth = rings(input.truth);
  const ignore = rings(input.ignore ?? []);
  const within = input.within && rings(input.within);
  const classTruth = classes?.truth.map(rings) ?? [];
  const extent = pixelExtent(area);
  const left = Math.max(0, Math.floor(extent.minCol));
  const top = Math.max(0, Math.floor(extent.minRow));
  const right = Math.min(surveyGrid.widthPx, Math.ceil(extent.maxCol));
  const bottom = Math.min(surveyGrid.heightPx, Math.ceil(extent.maxRow));
  if (!(right > left && bottom > top)) return;
  const widthPx = right - left;
  const room = widthPx * Math.min(bottom - top, STRIPE_ROWS + 2 * marginPx);
  const [groundRoom, predictedRoom] = [new Uint8Array(room), new Uint8Array(room)];
  const classRoom = classes && { truth: new Uint8Array(room), predicted: new Uint8Array(room) };
  for (let own = top; own < bottom; own += STRIPE_ROWS) {
    const ownRows = Math.min(STRIPE_ROWS, bottom - own);
    const from = Math.max(top, own - marginPx);
    const to = Math.min(bottom, own + ownRows + marginPx);
    const ground = groundRoom.subarray(0, widthPx * (to - from)).fill(0);
    const predicted = predictedRoom.subarray(0, ground.length).fill(0);
    const ofClass = classRoom && {
      truth: classRoom.truth.subarray(0, ground.length).fill(0),
      predicted: classRoom.predicted.subarray(0, ground.length).fill(0),
    };
    for (let colOff = left; colOff < right; colOff += BLOCK_PX) {
      signal?.throwIfAborted();
      const window = { colOff, rowOff: from, widthPx: Math.min(BLOCK_PX, right - colOff), heightPx: to - from };
      const asked = rasterizePolygons(area, window);
      if (!asked.includes(1)) continue;
      const inside = within ? rasterizePolygons(within, window) : null;
      const reef = rasterizePolygons(truth, window);
      const ignored = ignore.length > 0 ? rasterizePolygons(ignore, window) : null;
      const { valid } = await surveyRaster.read(window, { bands: [0], signal });
      const under = windowUnder(probability.grid, toProbability, window);
      const block: ProbabilityBlock | null = under && { ...under, data: (await probability.read(under, { signal })).data };
      const labelled = classes && classesOf(classTruth, window);
      const told: ProbabilityBlock | null =
        classes && under ? { ...under, data: (await classes.predicted.read(under, { signal })).data } : null;
      for (let row = 0; row < window.heightPx; row++) {
        for (let col = 0; col < window.widthPx; col++) {
          const i = row * window.widthPx + col;
          if (asked[i] !== 1 || valid[i] !== 1 || ignored?.[i] === 1 || inside?.[i] === 0) continue;
          const at = row * widthPx + (colOff - left) + col;
          ground[at] = reef[i] === 1 ? groundBits.counted | groundBits.reef : groundBits.counted;
          predicted[at] = block ? sampleByte(block, toProbability, colOff + col, from + row) : 0;
          if (!ofClass) continue;
          if (reef[i] === 1) ofClass.truth[at] = labelled?.[i] || unsaidClass;
          ofClass.predicted[at] = told ? sampleClass(told, toProbability, colOff + col, from + row) : 0;
        }
      }
    }
    const window = { colOff: left, rowOff: from, widthPx, heightPx: to - from };
    yield { window, marginRows: own - from, ownRows, ground, predicted, ...(ofClass ? { classes: ofClass } : {}) };
  }
}

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
