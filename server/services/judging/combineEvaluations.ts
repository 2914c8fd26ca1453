import { createHash } from "node:crypto";
import { addDetails } from "@reefline/accuracy/addEvaluations";
import { addClassCounts } from "@reefline/accuracy/classScores";
import type { EvaluationDetail } from "@reefline/schema/evaluation";
import type { Evaluation } from "@reefline/schema/training";
import { addConfusion, metricsFromConfusion } from "@reefline/segmentation/validation/metrics";

/** Several surveys judged as one: counts and areas are pooled, metrics follow from the sums. Null for none. */
export function combineEvaluations(parts: readonly Evaluation[]): Evaluation | null {
  const [first, ...rest] = parts;
  if (!first) return null;
  const counts = rest.reduce((sum, part) => addConfusion(sum, part), { tp: first.tp, fp: first.fp, fn: first.fn, tn: first.tn });
  const detail = combineDetails(parts);
  const [firstClasses, ...otherClasses] = parts.flatMap(({ byClass }) => byClass ?? []);
  return {
    ...metricsFromConfusion(counts, first.threshold),
    areaM2: {
      predicted: parts.reduce((sum, part) => sum + part.areaM2.predicted, 0),
      truth: parts.reduce((sum, part) => sum + part.areaM2.truth, 0),
    },
    ...(detail ? { detail } : {}),
    // A survey whose labels say no class tells nothing of any.
    ...(firstClasses ? { byClass: otherClasses.reduce(addClassCounts, firstClasses) } : {}),
  };
}

/** Null when one of them was counted before details were kept. */
function combineDetails([first, ...rest]: readonly Evaluation[]): EvaluationDetail | null {
  const join = (a: string, b: string) => createHash("sha256").update(`${a} ${b}`).digest("hex").slice(0, 32);
  let sum = first?.detail ?? null;
  for (const { detail } of rest) sum = sum && detail ? addDetails(sum, detail, join) : null;
  return sum;
}
