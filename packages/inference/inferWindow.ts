import type { Predictor } from "@reefline/segmentation/predictor";
import { eachOriented, orient, orientations } from "./orientations.ts";

/** What prediction asks of a model; `loadPredictor` gives it. */
export type SurveyPredictor = Pick<Predictor, "card" | "strideMultiplePx" | "predict">;

/** One window as a network sees it. */
export interface WindowPixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bandCount: number;
  /** Bands interleaved. */
  readonly pixels: Uint8Array;
  /** 1 where measured. */
  readonly valid: Uint8Array;
}

/**
 * Probability of a window, row by row: one plane as it is.
 * @param spent answers of earlier windows that nobody needs any more
 */
export async function inferPlain(predictor: SurveyPredictor, window: WindowPixels, spent: Float32Array[] = []): Promise<Float32Array[]> {
  return [await predictor.predict(window.pixels, window.widthPx, window.heightPx, 1, window.valid, spent.pop())];
}

/**
 * Test-time augmentation: the mean probability over the eight orientations, and as a second plane how much they disagree, 0–1: twice the
 * standard deviation, which for numbers between 0 and 1 is at most 1/2. Probabilities are averaged, not logits: one orientation that is
 * certain must not outvote seven that are not, and the spread then has the unit of what the map shows. The model's temperature and
 * threshold are those fitted without augmentation.
 */
export async function inferOriented(predictor: SurveyPredictor, window: WindowPixels, spent: Float32Array[] = []): Promise<Float32Array[]> {
  const { widthPx, heightPx, bandCount, pixels, valid } = window;
  const mean = spent.pop()?.fill(0) ?? new Float32Array(widthPx * heightPx);
  const squares = spent.pop()?.fill(0) ?? new Float32Array(widthPx * heightPx);
  const answer = spent.pop() ?? new Float32Array(widthPx * heightPx);
  for (const orientation of orientations) {
    // An engine that computes in this thread must let the timers in that renew the lease.
    await new Promise((resolve) => setImmediate(resolve));
    const [width, height] = orientation.transpose ? [heightPx, widthPx] : [widthPx, heightPx];
    const probability = await predictor.predict(
      orient(pixels, widthPx, heightPx, bandCount, orientation),
      width,
      height,
      1,
      orient(valid, widthPx, heightPx, 1, orientation),
      answer,
    );
    eachOriented(widthPx, heightPx, orientation, (original, oriented) => {
      const p = probability[oriented] ?? 0;
      mean[original] = (mean[original] ?? 0) + p;
      squares[original] = (squares[original] ?? 0) + p * p;
    });
  }
  const count = orientations.length;
  for (let i = 0; i < mean.length; i++) {
    const average = (mean[i] ?? 0) / count;
    mean[i] = average;
    squares[i] = 2 * Math.sqrt(Math.max(0, (squares[i] ?? 0) / count - average * average));
  }
  spent.push(answer);
  return [mean, squares];
}
