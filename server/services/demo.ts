import { AppError } from "@reefline/schema/errors";
import type { Job } from "@reefline/schema/job";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { allJobs, enqueueJob } from "../storage/jobs.ts";
import { allSurveys } from "../storage/surveys.ts";

export interface DemoRequest {
  readonly sizePx: number;
  readonly seed: number;
}
export const demoDefaults: DemoRequest = { sizePx: 4096, seed: 1 };

/** Queues the demo: a synthetic survey, its labels, a training run and a prediction. One that is under way is returned instead. */
export async function makeDemo(ctx: Context, request: DemoRequest = demoDefaults): Promise<Job> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  if (!Number.isInteger(request.sizePx) || request.sizePx < 512 || request.sizePx > 32_768) {
    throw new AppError("bad-input", "demo/size", "The demo can be made 512 to 32,768 pixels wide.");
  }
  return ctx.store.db.transaction().execute(async (trx) => {
    const running = (await allJobs(trx)).find((job) => job.kind === "demo" && (job.state === "queued" || job.state === "running"));
    if (running) return running;
    const job = await enqueueJob(trx, {
      projectId: ctx.store.projectId,
      kind: "demo",
      title: "Make the demo survey",
      params: { sizePx: request.sizePx, seed: request.seed },
      surveyId: null,
    });
    return job;
  });
}

/** Makes the demo on a data folder that has never held anything. */
export async function makeFirstDemo(ctx: Context): Promise<Job | null> {
  const [surveys, jobs] = [await allSurveys(ctx.store.db, ctx.store.projectId), await allJobs(ctx.store.db, 1)];
  return surveys.length === 0 && jobs.length === 0 ? makeDemo(ctx) : null;
}
