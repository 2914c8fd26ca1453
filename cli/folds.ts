import { AppError } from "@reefline/schema/errors";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { Run } from "@reefline/schema/training";
import { crossValidationOf } from "../server/services/training/crossValidation.ts";
import { classLine } from "./classLine.ts";
import type { Session } from "./session.ts";

export interface FoldFlags {
  readonly folds?: number;
  readonly leaveOut?: "group" | "survey";
}

/** How ground is left out, as the flags say; null: it is not. */
export function foldPlanOf({ folds, leaveOut }: FoldFlags): FoldPlan | null {
  if (leaveOut === "group") return { by: "groups", count: folds ?? null };
  if (leaveOut === "survey") return { by: "surveys", count: folds ?? null };
  return folds === undefined ? null : { by: "blocks", count: folds };
}

/** What a run with folds found, as a table. */
export async function printFolds(session: Session, run: Run): Promise<void> {
  const result = await crossValidationOf(session.ctx, run.id);
  if (!result) throw new AppError("internal", "training/no-model", "The training ended without a fold. See: reefline jobs");
  const { folds, pooled, plannedFolds, blockMeters, disagreementCount } = result;
  const width = Math.max(6, ...folds.map(({ name }) => name.length)) + 2;
  const row = (name: string, numbers: readonly string[]) =>
    `  ${name.padEnd(width)}${numbers.map((number) => number.padStart(11)).join("")}`;
  const score = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(4));
  const unbuffered = folds.filter(({ buffered }) => !buffered).length;
  session.result({ runId: run.id, ...result }, [
    `Trained ${folds.length} of ${plannedFolds} folds; every place is judged by a model that has not seen it${blockMeters === null ? "" : ` (blocks of ${Number(blockMeters.toPrecision(3))} m)`}.`,
    row("left out", ["Dice", "IoU", "precision", "recall", "threshold"]),
    ...folds.map(({ name, heldOut, threshold }) =>
      row(name, [score(heldOut?.dice), score(heldOut?.iou), score(heldOut?.precision), score(heldOut?.recall), threshold.toFixed(2)]),
    ),
    row("pooled", [score(pooled?.dice), score(pooled?.iou), score(pooled?.precision), score(pooled?.recall), ""]),
    ...classLine("pooled", pooled?.byClass),
    `  ${disagreementCount} places where the label is probably wrong: reefline label-errors ${run.id} --out FILE`,
    ...(unbuffered > 0
      ? [`  In ${unbuffered} folds the ground was too small to keep training and validation apart; what was left out kept its distance.`]
      : []),
  ]);
}
