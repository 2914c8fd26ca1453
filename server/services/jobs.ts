import type { Job } from "@reefline/schema/job";
import type { Context } from "../context.ts";
import { requestCancel, requestStopAndKeep, requeueJob } from "../jobs/queue.ts";
import { authorize } from "../principal.ts";
import { allJobs, findJobRow } from "../storage/jobs.ts";

/** Newest first. */
export async function listJobs(ctx: Context): Promise<Job[]> {
  authorize(ctx.principal, "system:read", ctx.store.projectId);
  return allJobs(ctx.store.db);
}

/** Stops a job: at once when it is queued, at its next step when it runs. */
export async function cancelJob(ctx: Context, id: string): Promise<Job> {
  authorize(ctx.principal, "job:control", ctx.store.projectId);
  return ctx.store.db.transaction().execute((trx) => requestCancel(trx, id));
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
    return requeueJob(trx, id);
  });
}
