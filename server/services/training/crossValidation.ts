import type { CrossValidation, Disagreement, FoldResult } from "@reefline/schema/crossValidation";
import type { Evaluation, Run } from "@reefline/schema/training";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { countDisagreements, disagreementsOf, foldResultsOf } from "../../storage/folds.ts";
import { runById } from "../../storage/runs.ts";
import type { Database } from "../../storage/store.ts";
import { combineEvaluations } from "../judging/combineEvaluations.ts";

/** What a run's folds have shown so far; null for a run without folds, and before the first one is done. */
export async function crossValidationOf(ctx: Context, runId: string): Promise<CrossValidation | null> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return foldsSoFar(ctx.store.db, await runById(ctx.store.db, runId));
}

export async function foldsSoFar(db: Database, { id, config }: Run): Promise<CrossValidation | null> {
  const folds = (await foldResultsOf(db, id)).flatMap((fold) => fold ?? []);
  const [first] = folds;
  if (!config.folds || !first) return null;
  return {
    plan: config.folds,
    plannedFolds: first.plannedFolds,
    folds,
    pooled: poolFolds(folds),
    blockMeters: first.blockMeters,
    disagreementCount: await countDisagreements(db, id),
  };
}

/** The folds' counts as one, each at its own threshold; what is said in `threshold` is their mean. */
function poolFolds(folds: readonly FoldResult[]): Evaluation | null {
  const parts = folds.flatMap(({ heldOut }) => heldOut ?? []);
  const sum = combineEvaluations(parts);
  if (!sum) return null;
  const { detail, ...counts } = sum;
  const threshold = parts.reduce((total, part) => total + part.threshold, 0) / parts.length;
  // Outlines were counted at 0.5 and at the fold's threshold: once only where the two are the same.
  const [first] = parts;
  const isAlike = parts.every((part) => part.detail?.shapes.length === first?.detail?.shapes.length);
  if (!detail || !isAlike) return { ...counts, threshold };
  const shapes = detail.shapes.map((shape, i) => (i === 0 ? shape : { ...shape, threshold }));
  return { ...counts, threshold, detail: { ...detail, shapes } };
}

/** Places where labels and out-of-fold predictions surely disagree, largest first. */
export async function runDisagreements(ctx: Context, request: { runId: string; limit: number }): Promise<Disagreement[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await runById(ctx.store.db, request.runId);
  return disagreementsOf(ctx.store.db, request.runId, request.limit);
}
