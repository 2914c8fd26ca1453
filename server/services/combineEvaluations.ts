import type { Evaluation } from "@reefline/schema/training";
import { addConfusion, metricsFromConfusion } from "@reefline/segmentation/metrics";

/** Several surveys judged as one: counts and areas are pooled, metrics follow from the sums. Null for none. */
export function combineEvaluations(parts: readonly Evaluation[]): Evaluation | null {
  const [first, ...rest] = parts;
  if (!first) return null;
  const counts = rest.reduce((sum, part) => addConfusion(sum, part), { tp: first.tp, fp: first.fp, fn: first.fn, tn: first.tn });
  return {
    ...metricsFromConfusion(counts, first.threshold),
    areaM2: {
      predicted: parts.reduce((sum, part) => sum + part.areaM2.predicted, 0),
      truth: parts.reduce((sum, part) => sum + part.areaM2.truth, 0),
    },
  };
}
