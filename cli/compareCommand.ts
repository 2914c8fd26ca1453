import { classSummary } from "@reefline/accuracy/classScores";
import type { ComparedRecipe } from "@reefline/schema/comparison";
import { recipes } from "@reefline/schema/recipes";
import type { TrainConfig } from "@reefline/schema/training";
import { comparisonOf, startComparison } from "../server/services/training/comparisons.ts";
import { followJobs } from "./followJob.ts";
import type { Session } from "./session.ts";

/**
 * Trains every recipe in turn on the same ground, split and time, and prints their scores on the same held-out ground: at a threshold of
 * 0.5, which the course used, and at the one that each chose on its validation ground.
 * @param shared what all have in common: seed, budget, folds
 */
export async function compareRecipes(
  session: Session,
  request: { name: string; surveyIds: readonly string[]; shared: TrainConfig },
): Promise<void> {
  const { ctx } = session;
  const started = await startComparison(ctx, request);
  await followJobs(
    session,
    started.runs.map(({ jobId }) => jobId),
  );
  const { recipes: compared } = await comparisonOf(ctx, started.id);
  const pooled = request.shared.folds !== null;
  session.result({ comparisonId: started.id, compared }, [
    `${compared.length} recipes, ${pooled ? "pooled over the folds" : "on the held-out areas"}${compared.length < recipes.length ? " (best was left out: its encoder was not fetched)" : ""}`,
    ...comparisonTable(compared, request.shared.classes.length > 0),
    ...(compared.some(({ heldOut }) => heldOut)
      ? []
      : ["No held-out area was drawn: draw one, and compare again, for scores that stand up."]),
  ]);
}

/** A head, a line for each recipe, and what its columns mean. */
export function comparisonTable(compared: readonly ComparedRecipe[], hasClasses: boolean): string[] {
  const ofClasses = hasClasses ? ["classes: Dice"] : [];
  return [
    row("", [
      "at 0.5: Dice",
      "mean IoU",
      "tuned: Dice",
      "IoU",
      "mean IoU",
      "threshold",
      ...ofClasses,
      "soft batch*",
      "valid. Dice",
      "seconds",
    ]),
    ...compared.map((recipe) => tableRow(recipe, hasClasses)),
    ...(hasClasses ? ["  classes: Dice: the mean of the classes that are labelled there"] : []),
    "* the course's score: soft Dice averaged over batches, not a Dice of counted pixels",
  ];
}

function tableRow({ title, heldOut, atHalf, validationDice, trainSeconds }: ComparedRecipe, hasClasses: boolean): string {
  const soft = heldOut?.detail?.softBatchDice;
  return row(title, [
    score(atHalf?.dice),
    score(atHalf?.meanIou),
    score(heldOut?.dice),
    score(heldOut?.iou),
    score(heldOut?.meanIou),
    heldOut ? heldOut.threshold.toFixed(2) : "–",
    ...(hasClasses ? [score(heldOut?.byClass ? (classSummary(heldOut.byClass).meanDice ?? undefined) : undefined)] : []),
    score(soft && soft.batches > 0 ? soft.sum / soft.batches : undefined),
    score(validationDice ?? undefined),
    trainSeconds === null ? "–" : trainSeconds.toFixed(0),
  ]);
}

const score = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(4));

function row(title: string, cells: readonly string[]): string {
  return `  ${title.padEnd(34)}${cells.map((cell) => cell.padStart(13)).join("")}`;
}
