import type { Predictor } from "@reefline/segmentation/engines/predictor";
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
 * Probability of a window, row by row: the planes of `Predictor.predict` as they are.
 * @param spent answers of earlier windows that nobody needs any more
 */
export async function inferPlain(predictor: SurveyPredictor, window: WindowPixels, spent: Float32Array[] = []): Promise<Float32Array> {
  const { pixels, widthPx, heightPx, valid } = window;
  return predictor.predict(pixels, widthPx, heightPx, 1, valid, takeSpent(spent, planesOf(predictor) * widthPx * heightPx));
}

/**
 * Test-time augmentation: the mean probabilities over the eight orientations, and as one more plane how much those of reef disagree, 0–1:
 * twice the standard deviation, which for numbers between 0 and 1 is at most 1/2. Probabilities are averaged, not logits: one orientation
 * that is certain must not outvote seven that are not, and the spread then has the unit of what the map shows. The model's temperature and
 * threshold are those fitted without augmentation.
 */
export async function inferOriented(predictor: SurveyPredictor, window: WindowPixels, spent: Float32Array[] = []): Promise<Float32Array> {
  const { widthPx, heightPx, bandCount, pixels, valid } = window;
  const planePx = widthPx * heightPx;
  const answered = planesOf(predictor) * planePx;
  const means = (takeSpent(spent, answered + planePx) ?? new Float32Array(answered + planePx)).fill(0);
  const squares = means.subarray(answered);
  const answer = takeSpent(spent, answered) ?? new Float32Array(answered);
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
      means[original] = (means[original] ?? 0) + p;
      squares[original] = (squares[original] ?? 0) + p * p;
    });
    for (let plane = planePx; plane < answered; plane += planePx)
      eachOriented(widthPx, heightPx, orientation, (original, oriented) => {
        means[plane + original] = (means[plane + original] ?? 0) + (probability[plane + oriented] ?? 0);
      });
  }
  const count = orientations.length;
  for (let i = 0; i < answered; i++) means[i] = (means[i] ?? 0) / count;
  for (let i = 0; i < planePx; i++) squares[i] = 2 * Math.sqrt(Math.max(0, (squares[i] ?? 0) / count - (means[i] ?? 0) ** 2));
  spent.push(answer);
  return means;
}

const planesOf = ({ card }: SurveyPredictor): number => 1 + card.classes.length;

/** Memory of just this length, if some was given back. */
function takeSpent(spent: Float32Array[], length: number): Float32Array | undefined {
  const found = spent.findLastIndex((one) => one.length === length);
  return found < 0 ? undefined : spent.splice(found, 1)[0];
}
