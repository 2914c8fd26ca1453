import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { findPolygonSet, polygonInSet } from "../../storage/polygonSets.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { OutlineCounts, ReviewFilter } from "../../tiles/vector/outlineShapes.ts";
import type { OutlineChanges, OutlineSet, Shapes } from "../../tiles/vector/shapes.ts";
import { roundThreshold, type TraceRequest, unlockedHoldouts } from "./predictions.ts";

/** A predicted polygon with the number by which tiles know it. */
export type ReviewPolygon = PredictedPolygon & { readonly num: number };

export interface OutlinesAtThreshold {
  /** computing: ask again in a moment; the tracing goes on in a process of its own. */
  readonly state: "ready" | "computing";
  /** Part of the address of its tiles, `/tiles/outlines/:predictionId/:threshold/:token/…`; null while computing. */
  readonly token: string | null;
  /** The threshold as the address has it. */
  readonly threshold: number;
  readonly counts: OutlineCounts;
  readonly hiddenAreas: readonly Polygon[];
}

const nothing: OutlineCounts = { open: 0, accepted: 0, edited: 0, rejected: 0 };

const asked = ({ predictionId, threshold }: OutlineSet): OutlineSet => ({ predictionId, threshold: roundThreshold(threshold) });

/** How many outlines there are at a threshold, what was decided, and where their tiles are; has them traced when nobody has. */
export async function outlinesAtThreshold(
  ctx: Context,
  shapes: Shapes,
  request: OutlineSet,
  requestTrace: TraceRequest,
): Promise<OutlinesAtThreshold> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const prediction = await predictionById(ctx.store.db, request.predictionId);
  const set = asked(request);
  const state = prediction.raster ? await shapes.outlineState(set) : null;
  if (state) return { state: "ready", threshold: set.threshold, ...state };
  if (prediction.raster) requestTrace(set.predictionId, set.threshold);
  return {
    state: "computing",
    token: null,
    threshold: set.threshold,
    counts: nothing,
    hiddenAreas: await unlockedHoldouts(ctx.store.db, prediction.surveyId),
  };
}

/** Decisions that the tiles of a token do not have yet; null when those tiles are no use any more. */
export async function outlineChanges(ctx: Context, shapes: Shapes, request: OutlineSet & { token: string }): Promise<OutlineChanges> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await predictionById(ctx.store.db, request.predictionId);
  return shapes.outlineChanges({ ...asked(request), token: request.token });
}

/** One polygon whole; null when it is not there, or hidden. */
export async function outlinePolygon(
  ctx: Context,
  shapes: Shapes,
  request: OutlineSet & { which: { id: string } | { num: number } },
): Promise<ReviewPolygon | null> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await predictionById(ctx.store.db, request.predictionId);
  const set = asked(request);
  const found = await shapes.decisionOn({ ...set, which: request.which });
  const stored = found ? await findPolygonSet(ctx.store.db, set.predictionId, set.threshold) : null;
  const polygon = found && stored ? await polygonInSet(ctx.store.db, stored.num, { num: found.num }) : null;
  return polygon && found ? { ...polygon, decision: found.decision } : null;
}

/** The neighbour of a polygon among those left to review, and where that polygon stands. @throws AppError `review/no-outlines`. */
export async function reviewStep(
  ctx: Context,
  shapes: Shapes,
  request: OutlineSet & { filter: ReviewFilter; fromNum: number | null; by: 1 | -1 },
): Promise<{ next: ReviewPolygon | null; position: number; total: number }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await predictionById(ctx.store.db, request.predictionId);
  const set = asked(request);
  const step = await shapes.step({ ...set, filter: request.filter, fromNum: request.fromNum, by: request.by });
  if (!step) throw new AppError("not-found", "review/no-outlines", "The outlines are still being drawn. Try again in a moment.");
  const next = step.num === null ? null : await outlinePolygon(ctx, shapes, { ...set, which: { num: step.num } });
  return { next, position: step.position, total: step.total };
}
