import { hostname } from "node:os";
import { AppError } from "@reefline/schema/errors";
import type { Job, Progress } from "@reefline/schema/job";
import { sql } from "kysely";
import { findJobRow, publishJob, toJob } from "../storage/jobs.ts";
import { setPredictionState } from "../storage/predictions.ts";
import type { Database, Store } from "../storage/store.ts";
import { isProcessAlive } from "../storage/workers.ts";

/** A worker's right to one job. Every write checks the fence: who lost the lease writes nothing. */
export interface Lease {
  readonly jobId: string;
  readonly owner: string;
  readonly fence: number;
}

const maxAttempts = 5;

/**
 * Takes the oldest job that may run: queued with what it waits for done, or running under a lapsed lease. Null when there is none.
 */
export async function claimJob(store: Store, owner: string, now: number = Date.now()): Promise<{ job: Job; lease: Lease } | null> {
  // Looking takes no lock: an idle worker must not stand in the way of saves.
  const open = await store.db.selectFrom("jobs").select("id").where("state", "in", ["queued", "running"]).limit(1).executeTakeFirst();
  if (!open) return null;
  return store.db.transaction().execute(async (trx) => {
    await failOrphans(trx);
    const row = await trx
      .selectFrom("jobs as j")
      .leftJoin("jobs as before", "before.id", "j.afterJobId")
      .selectAll("j")
      .where((eb) =>
        eb.or([
          eb.and([eb("j.state", "=", "queued"), eb.or([eb("j.afterJobId", "is", null), eb("before.state", "=", "done")])]),
          eb.and([eb("j.state", "=", "running"), eb("j.leaseUntil", "<", now)]),
        ]),
      )
      .orderBy(sql`j.rowid`)
      .limit(1)
      .executeTakeFirst();
    if (!row) return null;
    if (row.attempt >= maxAttempts) {
      await endJob(trx, row.id, "failed", {
        error: { code: "job/crashed", message: `This work stopped unexpectedly ${row.attempt} times. Look at the log, then retry it.` },
      });
      return null;
    }
    const fence = row.fence + 1;
    await trx
      .updateTable("jobs")
      .set({
        state: "running",
        leaseOwner: owner,
        leaseUntil: now + store.config.leaseSeconds * 1_000,
        fence,
        attempt: row.attempt + 1,
        startedAt: row.startedAt ?? new Date(now).toISOString(),
        errorJson: null,
      })
      .where("id", "=", row.id)
      .execute();
    return { job: await publishJob(trx, row.id), lease: { jobId: row.id, owner, fence } };
  });
}

/** Whether a job stands in the queue that a worker could take now. */
export async function jobWaits(store: Store, now: number = Date.now()): Promise<boolean> {
  const row = await store.db
    .selectFrom("jobs as j")
    .leftJoin("jobs as before", "before.id", "j.afterJobId")
    .select("j.id")
    .where((eb) =>
      eb.or([
        eb.and([eb("j.state", "=", "queued"), eb.or([eb("j.afterJobId", "is", null), eb("before.state", "=", "done")])]),
        eb.and([eb("j.state", "=", "running"), eb("j.leaseUntil", "<", now)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets leases lapse at once whose worker was a process of this machine that is gone: nobody has to wait for a clock. */
export async function expireDeadLeases(store: Store): Promise<void> {
  const rows = await store.db.selectFrom("jobs").select(["id", "leaseOwner", "fence"]).where("state", "=", "running").execute();
  for (const { id, leaseOwner, fence } of rows) {
    const [host, pid] = leaseOwner?.split(":") ?? [];
    if (host !== hostname() || !pid || isProcessAlive(Number(pid))) continue;
    await store.db
      .updateTable("jobs")
      .set({ leaseUntil: 0 })
      .where("id", "=", id)
      .where("fence", "=", fence)
      .where("state", "=", "running")
      .execute();
  }
}

/** Jobs that wait for one that failed or was cancelled will never run: they say so. */
async function failOrphans(trx: Database): Promise<void> {
  const orphans = await trx
    .selectFrom("jobs as j")
    .innerJoin("jobs as before", "before.id", "j.afterJobId")
    .select(["j.id as id", "before.title as title", "before.state as state"])
    .where("j.state", "=", "queued")
    .where("before.state", "in", ["failed", "cancelled"])
    .execute();
  for (const { id, title, state } of orphans) {
    const what = state === "failed" ? "failed" : "was cancelled";
    await endJob(trx, id, "failed", {
      error: { code: "job/orphan", message: `This needed "${title}", which ${what}. Retry that first, then this.` },
    });
  }
}

/** @throws AppError `job/lease-lost` when another worker has taken the job, or it ended. */
export async function checkLease(db: Database, lease: Lease): Promise<void> {
  const row = await findJobRow(db, lease.jobId);
  if (row?.state !== "running" || row.leaseOwner !== lease.owner || row.fence !== lease.fence) {
    throw new AppError("cancelled", "job/lease-lost", "Another worker took this job over, so this one stopped without changing anything.");
  }
}

/** Everything a job writes goes through here: one transaction that is void when the lease is lost. */
export async function fenced<T>(store: Store, lease: Lease, write: (trx: Database) => Promise<T>): Promise<T> {
  return store.db.transaction().execute(async (trx) => {
    await checkLease(trx, lease);
    return write(trx);
  });
}

/** Prolongs the lease and learns what the user asks for meanwhile. False: the lease is lost. */
export async function renewLease(store: Store, lease: Lease): Promise<{ held: boolean; cancel: boolean; stop: boolean }> {
  const renewed = await store.db
    .updateTable("jobs")
    .set({ leaseUntil: Date.now() + store.config.leaseSeconds * 1_000 })
    .where("id", "=", lease.jobId)
    .where("leaseOwner", "=", lease.owner)
    .where("fence", "=", lease.fence)
    .where("state", "=", "running")
    .returning(["cancelRequested", "stopRequested"])
    .executeTakeFirst();
  return { held: renewed !== undefined, cancel: renewed?.cancelRequested === 1, stop: renewed?.stopRequested === 1 };
}

export async function setProgress(store: Store, lease: Lease, progress: Progress): Promise<void> {
  await fenced(store, lease, async (trx) => {
    await trx
      .updateTable("jobs")
      .set({ progressJson: JSON.stringify(progress) })
      .where("id", "=", lease.jobId)
      .execute();
    await publishJob(trx, lease.jobId);
  });
}

/** Ends a job inside the caller's transaction. */
export async function endJob(
  trx: Database,
  id: string,
  state: "done" | "failed" | "cancelled",
  outcome: { result?: Record<string, unknown>; error?: { code: string; message: string } } = {},
): Promise<Job> {
  await trx
    .updateTable("jobs")
    .set({
      state,
      resultJson: outcome.result ? JSON.stringify(outcome.result) : null,
      errorJson: outcome.error ? JSON.stringify(outcome.error) : null,
      finishedAt: new Date().toISOString(),
      leaseOwner: null,
      leaseUntil: null,
    })
    .where("id", "=", id)
    .execute();
  if (state !== "done") await setPredictionState(trx, id, state);
  return publishJob(trx, id);
}

/** Gives a job back unfinished, for the next worker to resume; this attempt does not count as a crash. */
export async function releaseJob(store: Store, lease: Lease): Promise<void> {
  await fenced(store, lease, async (trx) => {
    await trx
      .updateTable("jobs")
      .set(({ ref }) => ({ state: "queued", leaseOwner: null, leaseUntil: null, attempt: sql<number>`${ref("attempt")} - 1` }))
      .where("id", "=", lease.jobId)
      .execute();
    await publishJob(trx, lease.jobId);
  });
}

/** Cancels at once what has not started; asks a running job to stop at its next step. */
export async function requestCancel(db: Database, id: string): Promise<Job> {
  const row = await findJobRow(db, id);
  if (row?.state === "queued") return endJob(db, id, "cancelled");
  if (row?.state === "running") {
    await db.updateTable("jobs").set({ cancelRequested: 1 }).where("id", "=", id).execute();
    return publishJob(db, id);
  }
  if (!row) throw new AppError("not-found", "job/not-found", "This job does not exist. Reload the list of jobs.");
  return toJob(row);
}

/** @throws AppError `job/not-running`. */
export async function requestStopAndKeep(db: Database, id: string): Promise<Job> {
  const row = await findJobRow(db, id);
  if (row?.state !== "running" || row.kind !== "train") {
    throw new AppError("bad-input", "job/not-running", "Only training that is running can be stopped and its best model kept.");
  }
  await db.updateTable("jobs").set({ stopRequested: 1 }).where("id", "=", id).execute();
  return publishJob(db, id);
}

/** Puts a failed or cancelled job back into the queue; it resumes from its checkpoint. */
export async function requeueJob(db: Database, id: string): Promise<Job> {
  const row = await findJobRow(db, id);
  if (row?.state !== "failed" && row?.state !== "cancelled") {
    throw new AppError("bad-input", "job/not-ended", "Only work that failed or was cancelled can be tried again.");
  }
  await db
    .updateTable("jobs")
    .set({ state: "queued", attempt: 0, cancelRequested: 0, stopRequested: 0, errorJson: null, progressJson: null, finishedAt: null })
    .where("id", "=", id)
    .execute();
  await setPredictionState(db, id, "running");
  return publishJob(db, id);
}
