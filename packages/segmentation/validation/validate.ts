import { classShift, coverageBits } from "@reefline/chips/coverage";
import type { GroundPatch } from "@reefline/chips/ground";
import { roleAt, splitRoles } from "@reefline/chips/split";
import type { Predictor } from "../engines/predictor.ts";
import type { RenderedChip } from "../training/trainInput.ts";
import type { TrainingData } from "../training/trainingData.ts";
import { ClassHistogram } from "./classHistogram.ts";
import { ClassScoreSample } from "./classScoreSample.ts";
import { ScoreHistogram } from "./scoreHistogram.ts";
import type { ValidationWindow } from "./validationPlan.ts";

const renderedChips = 4;

export interface Validated {
  readonly scores: ScoreHistogram;
  /** What was called what, and how sure: null where classes are not told apart. */
  readonly byClass: { readonly counts: ClassHistogram; readonly scores: ClassScoreSample } | null;
  readonly chips: RenderedChip[];
}

/**
 * Predicts validation windows and counts the logit of every examined validation pixel once; where classes are told apart also which class
 * is the likeliest, on pixels whose class is known.
 * @param predictor at temperature 1
 * @param shouldStop asked before every window; when it answers true the rest is left out
 */
export async function validate(
  data: TrainingData,
  windows: readonly ValidationWindow[],
  predictor: Predictor,
  shouldStop: () => boolean,
): Promise<Validated> {
  const scores = new ScoreHistogram();
  const { classes } = predictor.card;
  const byClass = classes.length > 0 ? { counts: new ClassHistogram(classes), scores: new ClassScoreSample(classes.length) } : null;
  const chips: { chip: RenderedChip; reefPx: number }[] = [];
  for (const { source, scored, predicted } of windows) {
    if (shouldStop()) break;
    const patch = await data.grounds[source]?.patch(predicted);
    const map = data.planned[source]?.map;
    const roles = data.split.roles[source];
    if (!patch || !map || !roles) continue;
    const { widthPx, heightPx } = predicted;
    const measured = patch.coverage.map((bits) => bits & coverageBits.measured);
    const probability = await predictor.predict(patch.pixels, widthPx, heightPx, 1, measured);
    let reefPx = 0;
    for (let row = scored.rowOff; row < scored.rowOff + scored.heightPx; row++) {
      for (let col = scored.colOff; col < scored.colOff + scored.widthPx; col++) {
        const at = (row - predicted.rowOff) * widthPx + (col - predicted.colOff);
        const bits = patch.coverage[at] ?? 0;
        if ((bits & coverageBits.examined) === 0 || roleAt(map, roles, col, row) !== splitRoles.validation) continue;
        const isReef = (bits & coverageBits.reef) !== 0;
        const p = probability[at] ?? 0;
        const logit = Math.log(p / (1 - p));
        scores.add(logit, isReef);
        if (byClass) {
          const truth = bits >> classShift;
          const planePx = widthPx * heightPx;
          if (truth > 0 || !isReef) byClass.counts.add(logit, truth, likeliestClass(probability, at, planePx, classes.length));
          if (truth > 0) byClass.scores.add(truth, (k) => probability[k * planePx + at] ?? 0);
        }
        reefPx += isReef ? 1 : 0;
      }
    }
    chips.push({ chip: render(patch, probability), reefPx });
    chips.sort((a, b) => b.reefPx - a.reefPx).splice(renderedChips);
  }
  return { scores, byClass, chips: chips.map(({ chip }) => chip) };
}

/** The class of greatest probability, counted from 1; of equal ones the first. */
function likeliestClass(planes: Float32Array, at: number, planePx: number, classCount: number): number {
  let [greatest, likeliest] = [-1, 1];
  for (let k = 1; k <= classCount; k++) {
    const p = planes[k * planePx + at] ?? 0;
    if (p > greatest) [greatest, likeliest] = [p, k];
  }
  return likeliest;
}

function render({ window, bandCount, pixels, coverage }: GroundPatch, probability: Float32Array): RenderedChip {
  const label = new Uint8Array(coverage.length);
  const prediction = new Uint8Array(coverage.length);
  let [overlap, total] = [0, 0];
  for (let i = 0; i < coverage.length; i++) {
    const bits = coverage[i] ?? 0;
    const claimed = (probability[i] ?? 0) >= 0.5 ? 1 : 0;
    const reef = (bits & coverageBits.reef) !== 0 ? 1 : 0;
    prediction[i] = Math.round(255 * (probability[i] ?? 0));
    label[i] = (bits & coverageBits.examined) === 0 ? 128 : 255 * reef;
    if ((bits & coverageBits.examined) === 0) continue;
    overlap += 2 * claimed * reef;
    total += claimed + reef;
  }
  return {
    widthPx: window.widthPx,
    heightPx: window.heightPx,
    bandCount,
    image: pixels,
    label,
    prediction,
    dice: total === 0 ? null : overlap / total,
  };
}
