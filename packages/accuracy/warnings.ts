import type { EvaluationDetail } from "@reefline/schema/evaluation";
import type { Confusion } from "@reefline/schema/training";

interface Judged {
  readonly name: string;
  /** Null: not judged on any held-out area. */
  readonly heldOut: { readonly detail?: EvaluationDetail | undefined } | null;
}

const leastPixels = 10_000;

/** Why a held-out area says little, and what to draw instead; none when it can judge a model. */
export function groundWarnings({ tp, fp, fn, tn }: Confusion): string[] {
  const all = tp + fp + fn + tn;
  if (tp + fn === 0)
    return ["There is no labelled reef in the held-out area, so Dice and recall say nothing. Draw one that holds reef and other ground."];
  if (fp + tn === 0)
    return ["The held-out area holds nothing but reef, so it cannot show false reef. Draw one that holds other ground too."];
  if (all < leastPixels)
    return [`Only ${all.toLocaleString("en-GB")} pixels are held out, so these scores are uncertain. Draw a larger held-out area.`];
  return [];
}

/** Why the held-out numbers of several models must not be compared, in sentences; none when they may. */
export function comparisonWarnings(models: readonly Judged[]): string[] {
  const unjudged = models.filter(({ heldOut }) => !heldOut).map(({ name }) => name);
  const warnings = unjudged.length > 0 ? [`${unjudged.join(", ")}: not judged on any held-out area.`] : [];
  const details = models.flatMap(({ heldOut }) => (heldOut ? [heldOut.detail] : []));
  if (details.length < 2) return warnings;
  if (details.some((detail) => !detail))
    warnings.push("For one of these models it was not kept which ground it was judged on, so the numbers may not be of the same ground.");
  else if (new Set(details.map((detail) => detail?.ground)).size > 1)
    warnings.push(
      "These models were judged on different ground, so their numbers do not compare. Train or evaluate them with the same held-out area.",
    );
  else if (new Set(details.map((detail) => detail?.truth)).size > 1)
    warnings.push("The labels in the held-out area changed between these models, so their numbers compare only roughly.");
  return warnings;
}
