import type { ComparedRecipe, Comparison } from "@reefline/schema/comparison";
import { newId } from "@reefline/schema/ids";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { type Recipe, recipes } from "@reefline/schema/recipes";
import type { Evaluation, Metrics, Run, TrainConfig } from "@reefline/schema/training";
import { metricsFromConfusion } from "@reefline/segmentation/validation/metrics";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { allRuns, modelById } from "../../storage/runs.ts";
import { foldsSoFar } from "./crossValidation.ts";
import { checkTrainable, enqueueRun } from "./training.ts";

export interface StartComparison {
  readonly name: string;
  readonly surveyIds: readonly string[];
  /** What all recipes have in common: seed, budget, folds. */
  readonly shared: TrainConfig;
}

/** The recipes that can be trained here: those on the pretrained encoder need its file. */
function recipesHere(ctx: Context): Recipe[] {
  return recipes.filter(({ config }) => config.preset !== "best" || ctx.store.config.encoderPath !== null);
}

/**
 * Queues a training of every recipe on the same ground, all of them or none.
 * @throws AppError `training/not-ready` as a training does
 */
export async function startComparison(ctx: Context, { name, surveyIds, shared }: StartComparison): Promise<{ id: string; runs: Run[] }> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const ids = [...new Set(surveyIds)];
  const comparisonId = newId("comparison");
  const runs = await ctx.store.db.transaction().execute(async (trx) => {
    await checkTrainable(trx, ids, shared.classes);
    const queued: Run[] = [];
    for (const recipe of recipesHere(ctx)) {
      const config = { ...shared, ...recipe.config, fromModelId: null };
      const partOf = { kind: "comparison", comparisonId, recipe: recipe.name } as const;
      queued.push(await enqueueRun(trx, ctx.store.projectId, { name: `${name} ${recipe.name}`, surveyIds: ids, config, partOf }));
    }
    return queued;
  });
  return { id: comparisonId, runs };
}

/** Newest first; all, or those on one survey. */
export async function listComparisons(ctx: Context, surveyId: string | null): Promise<Comparison[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const runs = await allRuns(ctx.store.db, ctx.store.projectId);
  const ids = new Set<string>();
  for (const run of runs) {
    if (run.partOf?.kind === "comparison" && (surveyId === null || run.surveyIds.includes(surveyId))) ids.add(run.partOf.comparisonId);
  }
  return Promise.all([...ids].map((id) => comparisonFrom(ctx, id, runs)));
}

/** A comparison as far as it is; one without a run is empty. */
export async function comparisonOf(ctx: Context, id: string): Promise<Comparison> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return comparisonFrom(ctx, id, await allRuns(ctx.store.db, ctx.store.projectId));
}

async function comparisonFrom(ctx: Context, id: string, runs: readonly Run[]): Promise<Comparison> {
  const parts = recipes.flatMap((recipe) => {
    const run = runs.find(({ partOf }) => partOf?.kind === "comparison" && partOf.comparisonId === id && partOf.recipe === recipe.name);
    return run ? [{ recipe, run }] : [];
  });
  const [first] = parts;
  return {
    id,
    name: first ? first.run.name.slice(0, -first.recipe.name.length - 1) : "",
    createdAt: first?.run.createdAt ?? "",
    folds: first ? first.run.config.folds !== null : false,
    recipes: await Promise.all(parts.map(({ recipe, run }) => outcomeOf(ctx, recipe, run))),
  };
}

async function outcomeOf({ store }: Context, { name, title }: Recipe, run: Run): Promise<ComparedRecipe> {
  const common = { recipe: name, title, runId: run.id, jobId: run.jobId, modelId: run.modelId };
  if (run.config.folds) {
    const folds = await foldsSoFar(store.db, run);
    const heldOut = folds?.pooled ?? null;
    const trainSeconds = folds ? folds.folds.reduce((sum, fold) => sum + fold.trainSeconds, 0) : null;
    return { ...common, heldOut, atHalf: atHalfOf(heldOut), validationDice: null, trainSeconds };
  }
  if (run.modelId === null) return { ...common, heldOut: null, atHalf: null, validationDice: null, trainSeconds: null };
  const { card } = await modelById(store.db, run.modelId);
  const { heldOut, trainSeconds, validation } = card;
  return { ...common, heldOut, atHalf: atHalfOf(heldOut), validationDice: validation.dice, trainSeconds };
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
