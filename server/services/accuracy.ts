import type { Evaluation } from "@reefline/schema/training";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { predictionById } from "../storage/predictions.ts";

/** How good a prediction is on the held-out areas whose labels are locked; null while there are none. */
export async function heldOutAccuracy(ctx: Context, request: { predictionId: string; threshold: number }): Promise<Evaluation | null> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const prediction = await predictionById(ctx.store.db, request.predictionId);
  return prediction.heldOut;
}
