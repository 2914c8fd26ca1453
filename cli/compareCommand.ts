import { byteOfThreshold } from "@reefline/schema/prediction";
import { type Recipe, recipes } from "@reefline/schema/recipes";
import type { Evaluation, Metrics, Run, TrainConfig } from "@reefline/schema/training";
import { metricsFromConfusion } from "@reefline/segmentation/metrics";
import { crossValidationOf } from "../server/services/crossValidation.ts";
import { getModel, getRun, startRun } from "../server/services/training.ts";
import { followJobs } from "./followJob.ts";
import type { Session } from "./session.ts";

interface Compared {
  readonly recipe: Recipe;
  readonly runId: string;
  /** On held-out ground, of one run or pooled over its folds; null where none was drawn. */
  readonly heldOut: Evaluation | null;
  readonly atHalf: Metrics | null;
  readonly validationDice: number | null;
  readonly trainSeconds: number;
}

/**
 * Trains every recipe in turn on the same ground, split and time, and prints their scores on the same held-out ground: at a threshold of
 * 0.5, which the course used, and at the one that each chose on its validation ground.
 * @param shared what all have in common: seed, budget, folds
 */
export async function compareRecipes(
  session: Session,
  { name, surveyIds, shared }: { name: string; surveyIds: readonly string[]; shared: TrainConfig },
): Promise<void> {
  const { ctx } = session;
  const here = recipes.filter(({ config }) => config.preset !== "best" || ctx.store.config.encoderPath !== null);
  const compared: Compared[] = [];
  for (const recipe of here) {
    const config = { ...shared, ...recipe.config };
    const started = await startRun(ctx, { name: `${name} ${recipe.name}`, surveyIds, config });
    await followJobs(session, [started.jobId]);
    compared.push(await outcomeOf(session, recipe, await getRun(ctx, started.id)));
  }
  const pooled = shared.folds !== null;
  session.result({ compared: compared.map(({ recipe, ...rest }) => ({ recipe: recipe.name, ...rest })) }, [
    `${compared.length} recipes, ${pooled ? "pooled over the folds" : "on the held-out areas"}${here.length < recipes.length ? " (best was left out: its encoder was not fetched)" : ""}`,
    row("", ["at 0.5: Dice", "mean IoU", "tuned: Dice", "IoU", "mean IoU", "threshold", "soft batch*", "valid. Dice", "seconds"]),
    ...compared.map(({ recipe, heldOut, atHalf, validationDice, trainSeconds }) => {
      const soft = heldOut?.detail?.softBatchDice;
      return row(recipe.title, [
        score(atHalf?.dice),
        score(atHalf?.meanIou),
        score(heldOut?.dice),
        score(heldOut?.iou),
        score(heldOut?.meanIou),
        heldOut ? heldOut.threshold.toFixed(2) : "–",
        score(soft && soft.batches > 0 ? soft.sum / soft.batches : undefined),
        score(validationDice ?? undefined),
        trainSeconds.toFixed(0),
      ]);
    }),
    "* the course's score: soft Dice averaged over batches, not a Dice of counted pixels",
    ...(compared.some(({ heldOut }) => heldOut)
      ? []
      : ["No held-out area was drawn: draw one, and compare again, for scores that stand up."]),
  ]);
}

async function outcomeOf({ ctx }: Session, recipe: Recipe, run: Run): Promise<Compared> {
  const common = { recipe, runId: run.id };
  if (run.config.folds) {
    const folds = await crossValidationOf(ctx, run.id);
    const heldOut = folds?.pooled ?? null;
    const trainSeconds = (folds?.folds ?? []).reduce((sum, fold) => sum + fold.trainSeconds, 0);
    return { ...common, heldOut, atHalf: atHalfOf(heldOut), validationDice: null, trainSeconds };
  }
  const { card } = await getModel(ctx, run.modelId ?? "");
  const { heldOut, trainSeconds } = card;
  return { ...common, heldOut, atHalf: atHalfOf(heldOut), validationDice: card.validation.dice, trainSeconds };
}

/** The same ground's counts at 0.5, from how many pixels got each probability. */
function atHalfOf(evaluation: Evaluation | null): Metrics | null {
  if (!evaluation?.detail) return null;
  const { reefByByte, otherByByte } = evaluation.detail;
  const from = byteOfThreshold(0.5);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [tp, fp] = [sum(reefByByte.slice(from)), sum(otherByByte.slice(from))];
  return metricsFromConfusion({ tp, fp, fn: sum(reefByByte) - tp, tn: sum(otherByByte) - fp }, 0.5);
}

const score = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(4));

function row(title: string, cells: readonly string[]): string {
  return `  ${title.padEnd(34)}${cells.map((cell) => cell.padStart(13)).join("")}`;
}
