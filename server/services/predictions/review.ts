import { AppError } from "@reefline/schema/errors";
import type { Edit } from "@reefline/schema/feature";
import type { Decision } from "@reefline/schema/prediction";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { publishEvent } from "../../storage/events.ts";
import { findPolygonSet, polygonInSet } from "../../storage/polygonSets.ts";
import { bumpDecisions, findDecision, insertDecision, markDecisionUndone, predictionById } from "../../storage/predictions.ts";
import { applyEditIn, type EditResult, undoEditIn } from "../labels/labels.ts";
import { polygonsTouch } from "../labels/polygonOverlap.ts";
import { roundThreshold, unlockedHoldouts } from "./predictions.ts";

export interface DecideRequest {
  readonly id: string;
  readonly predictionId: string;
  readonly threshold: number;
  readonly polygonId: string;
  readonly kind: "accepted" | "edited" | "rejected";
  /** The label that an accepted or edited polygon becomes; null for a rejection. */
  readonly edit: Edit | null;
}

/**
 * Records a decision and, with it in one transaction, the label it makes. Sent twice it counts once.
 *
 * @throws AppError `review/no-polygon`, `review/hidden`, `review/edit-missing`, and what `applyEditIn` throws.
 */
export async function decide(ctx: Context, request: DecideRequest): Promise<{ decision: Decision; edit: EditResult | null }> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const repeated = await findDecision(trx, request.id);
    if (repeated) return { decision: repeated, edit: request.edit ? await applyEditIn(trx, ctx.principal.name, request.edit) : null };
    const prediction = await predictionById(trx, request.predictionId);
    const threshold = roundThreshold(request.threshold);
    const set = await findPolygonSet(trx, prediction.id, threshold);
    const polygon = set ? await polygonInSet(trx, set.num, { id: request.polygonId }) : null;
    if (!polygon)
      throw new AppError("not-found", "review/no-polygon", "This predicted polygon is not there any more. Reload the predictions.");
    if ((await unlockedHoldouts(trx, prediction.surveyId)).some((area) => polygonsTouch(polygon.geometry, area))) {
      throw new AppError(
        "forbidden",
        "review/hidden",
        "This polygon lies in a held-out area whose labels are not locked yet. Lock them first.",
      );
    }
    if (request.kind === "rejected" ? request.edit !== null : request.edit?.surveyId !== prediction.surveyId) {
      throw new AppError(
        "bad-input",
        "review/edit-missing",
        "Accepting a polygon must come with the label it becomes; rejecting one must not.",
      );
    }
    const edit = request.edit ? await applyEditIn(trx, ctx.principal.name, request.edit) : null;
    const decision: Decision = {
      id: request.id,
      predictionId: prediction.id,
      kind: request.kind,
      polygonId: polygon.id,
      geometry: polygon.geometry,
      threshold,
      probability: polygon.probability,
      decidedAt: new Date().toISOString(),
      undone: false,
    };
    await insertDecision(trx, { ...decision, surveyId: prediction.surveyId, editId: request.edit?.id ?? null });
    await bumpDecisions(trx, prediction.surveyId);
    await publishEvent(trx, { kind: "prediction", predictionId: prediction.id, surveyId: prediction.surveyId });
    return { decision, edit };
  });
}

/** Takes a decision back, and the label it made with it. @throws AppError `edit/changed-since` when that label was changed later. */
export async function undoDecision(ctx: Context, request: { decisionId: string; newEditId: string }): Promise<{ edit: EditResult | null }> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const decision = await findDecision(trx, request.decisionId);
    if (!decision) throw new AppError("not-found", "review/no-decision", "This decision is not known. Reload the page.");
    const { surveyId, editId } = decision;
    const edit = editId ? await undoEditIn(trx, ctx.principal.name, { surveyId, editId, newEditId: request.newEditId }) : null;
    if (!decision.undone) {
      await markDecisionUndone(trx, decision.id);
      await bumpDecisions(trx, surveyId);
      await publishEvent(trx, { kind: "prediction", predictionId: decision.predictionId, surveyId });
    }
    return { edit };
  });
}
