import { createHash } from "node:crypto";
import { boundaryMarginPx } from "@reefline/accuracy/boundaryMatch";
import { gridGsdMeters, gridPixelMeters } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { AppError } from "@reefline/schema/errors";
import type { Evaluation } from "@reefline/schema/training";
import { ClassCounter } from "./classCounter.ts";
import { EvaluationHistogram } from "./evaluationHistogram.ts";
import { type EvaluateInput, groundBits, type HeldOutStripe, heldOutStripes } from "./heldOutStripes.ts";
import { ShapeCounter } from "./shapeCounter.ts";
import { SoftBatchDice } from "./softBatchDice.ts";

/** Outlines this many pixels of the model's grid apart count as the same. */
const tolerancePx = 2;
/** Smaller than this no outline is drawn either, unless asked for: pixels of the model's grid, and square metres. */
const leastReefPx = 16;
const leastReefM2 = 0.05;

/**
 * Counts, on the survey's own measured pixels whose centre lies in the area, how predicted probability (bilinear at the pixel's centre)
 * and truth agree: a histogram from which every threshold follows. Ground without a prediction counts as not predicted.
 * @param pixelAreaM2 of a pixel of a row of the survey's grid; given by who counts many small areas, since it takes a while to prepare
 * @throws AppError "inference/empty-area" when the area holds no measured pixel of the survey
 */
export async function evaluationHistogram(
  input: EvaluateInput,
  pixelAreaM2: (row: number) => number = rowPixelAreasM2(input.surveyGrid),
): Promise<EvaluationHistogram> {
  const histogram = new EvaluationHistogram();
  for await (const stripe of heldOutStripes(input, 0)) addPixels(histogram, stripe, pixelAreaM2);
  refuseEmpty(histogram);
  return histogram;
}

/**
 * How well a prediction agrees with the truth at one threshold, and in the same pass everything else that a report tells: outlines and
 * single reefs at this threshold and at 0.5, counts by probability, by class where classes are told apart, and a fingerprint of what was
 * counted. See `evaluationHistogram` for which pixels count.
 * @param input.toleranceMeters how far apart outlines may lie; two pixels of the model's grid when left out
 * @param input.onStripe sees every stripe too, e.g. to choose pictures
 * @throws AppError "inference/empty-area"
 */
export async function evaluateArea(
  input: EvaluateInput & {
    readonly threshold: number;
    readonly toleranceMeters?: number;
    readonly onStripe?: (stripe: HeldOutStripe) => void;
  },
): Promise<Evaluation> {
  const { probability, surveyGrid, threshold } = input;
  const modelGsd = gridGsdMeters(probability.grid);
  const toleranceMeters = input.toleranceMeters ?? tolerancePx * modelGsd;
  const pixelMeters = gridPixelMeters(surveyGrid);
  const pixelAreaM2 = rowPixelAreasM2(surveyGrid);
  const histogram = new EvaluationHistogram();
  const shapes = [...new Set([0.5, threshold])].map((each) => new ShapeCounter(each, toleranceMeters, pixelMeters));
  const soft = new SoftBatchDice();
  const byClass = input.classes ? new ClassCounter(input.classes.names, threshold) : null;
  const [ground, truth] = [createHash("sha256"), createHash("sha256")];
  for (const hash of [ground, truth]) hash.update(JSON.stringify([surveyGrid.transform, surveyGrid.crs.proj4]));
  for await (const stripe of heldOutStripes(input, boundaryMarginPx(toleranceMeters, pixelMeters.rowMeters))) {
    addPixels(histogram, stripe, pixelAreaM2);
    for (const shape of shapes) shape.add(stripe, pixelAreaM2);
    soft.add(stripe);
    byClass?.add(stripe, pixelAreaM2);
    const { window, marginRows, ownRows } = stripe;
    const own = stripe.ground.subarray(marginRows * window.widthPx, (marginRows + ownRows) * window.widthPx);
    const place = JSON.stringify([window.colOff, window.rowOff + marginRows, window.widthPx]);
    ground.update(place).update(own.map((bits) => bits & groundBits.counted));
    truth.update(place).update(own);
    input.onStripe?.(stripe);
  }
  refuseEmpty(histogram);
  const least = Math.max(leastReefM2, leastReefPx * modelGsd * modelGsd);
  const classCounts = byClass?.counts() ?? null;
  return {
    ...histogram.at(threshold),
    detail: {
      reefByByte: [...histogram.truthCount],
      otherByByte: [...histogram.otherCount],
      toleranceMeters,
      leastReefM2: least,
      shapes: shapes.map((shape) => shape.counts(least)),
      softBatchDice: soft.counts(),
      ground: ground.digest("hex").slice(0, 32),
      truth: truth.digest("hex").slice(0, 32),
    },
    ...(classCounts ? { byClass: classCounts } : {}),
  };
}

function addPixels(histogram: EvaluationHistogram, stripe: HeldOutStripe, pixelAreaM2: (row: number) => number): void {
  const { window, marginRows, ownRows, ground, predicted } = stripe;
  const truthCounts = new Uint32Array(256);
  const otherCounts = new Uint32Array(256);
  for (let row = marginRows; row < marginRows + ownRows; row++) {
    truthCounts.fill(0);
    otherCounts.fill(0);
    for (let at = row * window.widthPx; at < (row + 1) * window.widthPx; at++) {
      const bits = ground[at] ?? 0;
      if (bits === 0) continue;
      const counts = (bits & groundBits.reef) !== 0 ? truthCounts : otherCounts;
      const value = predicted[at] ?? 0;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    histogram.addRow(truthCounts, otherCounts, pixelAreaM2(window.rowOff + row));
  }
}

function refuseEmpty(histogram: EvaluationHistogram): void {
  if (histogram.pixelCount > 0) return;
  throw new AppError(
    "bad-input",
    "inference/empty-area",
    "The area to evaluate holds no measured pixel of this survey: check that it lies on the imagery.",
  );
}
