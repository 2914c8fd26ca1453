import type { OutlineOptions } from "@reefline/schema/outlines";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { publishEvent } from "../../storage/events.ts";
import { changeOutlineOptions, outlineOptionsOf } from "../../storage/outlineOptions.ts";
import { predictionById } from "../../storage/predictions.ts";

/** How a prediction's polygons are drawn. @throws AppError `prediction/not-found`. */
export async function getOutlineOptions(ctx: Context, predictionId: string): Promise<OutlineOptions> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await predictionById(ctx.store.db, predictionId);
  return outlineOptionsOf(ctx.store.db, predictionId);
}

/** Changes it: polygons drawn the old way go, and are drawn anew when somebody asks for them. Decisions stay. */
export async function setOutlineOptions(ctx: Context, predictionId: string, options: OutlineOptions): Promise<void> {
  authorize(ctx.principal, "prediction:write", ctx.store.projectId);
  await ctx.store.db.transaction().execute(async (trx) => {
    const { surveyId } = await predictionById(trx, predictionId);
    if (JSON.stringify(await outlineOptionsOf(trx, predictionId)) === JSON.stringify(options)) return;
    await changeOutlineOptions(trx, predictionId, options);
    await publishEvent(trx, { kind: "prediction", predictionId, surveyId });
  });
}
