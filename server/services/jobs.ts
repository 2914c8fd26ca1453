import type { Job } from "@reefline/schema/job";
import type { Context } from "../context.ts";
import { requestCancel, requestStopAndKeep, requeueJob } from "../jobs/queue.ts";
import { authorize } from "../principal.ts";
import { publishEvent } from "../storage/events.ts";
import { allJobs, findJobRow } from "../storage/jobs.ts";
import type { Database } from "../storage/store.ts";

/** Newest first. */
export async function listJobs(ctx: Context): Promise<Job[]> {
  authorize(ctx.principal, "system:read", ctx.store.projectId);
  return allJobs(ctx.store.db);
}

/** Stops a job: at once when it is queued, at its next step when it runs. */
export async function cancelJob(ctx: Context, id: string): Promise<Job> {
  authorize(ctx.principal, "job:control", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const job = await requestCancel(trx, id);
    if (job.state === "cancelled") await setPredictionState(trx, id, "cancelled");
    return job;
  });
}

export async function stopAndKeepJob(ctx: Context, id: string): Promise<Job> {
  authorize(ctx.principal, "job:control", ctx.store.projectId);
  return ctx.store.db.transaction().execute((trx) => requestStopAndKeep(trx, id));
}

/** Queues a failed or cancelled job again; what it waits for is queued again with it when that ended badly too. */
export async function retryJob(ctx: Context, id: string): Promise<Job> {
  authorize(ctx.principal, "job:control", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const before = (await findJobRow(trx, id))?.afterJobId;
    const needed = before ? await findJobRow(trx, before) : null;
    if (needed?.state === "failed" || needed?.state === "cancelled") await requeueJob(trx, needed.id);
    const job = await requeueJob(trx, id);
    await setPredictionState(trx, id, "running");
    return job;
  });
}

/** Keeps a prediction's state in step with the job that makes it. */
export async function setPredictionState(db: Database, jobId: string, state: "running" | "failed" | "cancelled"): Promise<void> {
  const row = await db
    .selectFrom("predictions")
    .select(["id", "surveyId"])
    .where("jobId", "=", jobId)
    .where("state", "!=", "ready")
    .executeTakeFirst();
  if (!row) return;
  await db.updateTable("predictions").set({ state }).where("id", "=", row.id).execute();
  await publishEvent(db, { kind: "prediction", predictionId: row.id, surveyId: row.surveyId });
}
