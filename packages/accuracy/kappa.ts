import type { Confusion } from "@reefline/schema/training";

/**
 * Cohen's kappa (1960) of two classes: how far two agree beyond what chance would bring about, 1 the same, 0 as by chance. 1 when both say
 * the same single thing everywhere.
 */
export function cohenKappa({ tp, fp, fn, tn }: Confusion): number {
  const all = tp + fp + fn + tn;
  if (all === 0) return 1;
  const observed = (tp + tn) / all;
  const byChance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (all * all);
  return byChance === 1 ? 1 : (observed - byChance) / (1 - byChance);
}
