import type { Job } from "@reefline/schema/job";
import type { TrainConfig } from "@reefline/schema/training";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { enqueueJob } from "../../storage/jobs.ts";
import { checkTrainable, trainableConfig } from "./training.ts";

/** Queues a learning-rate range test of what a training would begin with now; its job's result is a `RateTestResult`. */
export async function startRateTest(ctx: Context, request: { surveyIds: readonly string[]; config: TrainConfig }): Promise<Job> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const config = await trainableConfig(ctx, request.config, request.surveyIds);
  const surveyIds = [...new Set(request.surveyIds)];
  return ctx.store.db.transaction().execute(async (trx) => {
    await checkTrainable(trx, surveyIds, config.classes);
    return enqueueJob(trx, {
      projectId: ctx.store.projectId,
      kind: "rate-test",
      title: "Find a learning rate",
      params: { surveyIds, config },
      surveyId: surveyIds[0] ?? null,
      afterJobId: null,
    });
  });
}
