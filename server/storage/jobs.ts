import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import { type Job, type JobKind, jobKindSchema, jobStateSchema, type Progress } from "@reefline/schema/job";
import type { Selectable } from "kysely";
import { publishEvent } from "./events.ts";
import { fromColumn, fromNullableColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

export type JobRow = Selectable<Tables["jobs"]>;

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: jobKindSchema.parse(row.kind),
    title: row.title,
    state: jobStateSchema.parse(row.state),
    params: fromColumn<Record<string, unknown>>(row.paramsJson),
    progress: fromNullableColumn<Progress>(row.progressJson),
    error: fromNullableColumn<{ code: string; message: string }>(row.errorJson),
    result: fromNullableColumn<Record<string, unknown>>(row.resultJson),
    attempt: row.attempt,
    cancelRequested: row.cancelRequested === 1,
    stopRequested: row.stopRequested === 1,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    surveyId: row.surveyId,
  };
}

export async function allJobs(db: Database, limit = 200): Promise<Job[]> {
  const rows = await db.selectFrom("jobs").selectAll().orderBy("createdAt", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.map(toJob);
}

export async function findJobRow(db: Database, id: string): Promise<JobRow | null> {
  return (await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
}

/** @throws AppError `job/not-found`. */
export async function jobById(db: Database, id: string): Promise<Job> {
  const row = await findJobRow(db, id);
  if (!row) throw new AppError("not-found", "job/not-found", "This job does not exist. Reload the list of jobs.");
  return toJob(row);
}

/** Tells every browser how a job stands now. */
export async function publishJob(db: Database, id: string): Promise<Job> {
  const job = await jobById(db, id);
  await publishEvent(db, { kind: "job", job });
  return job;
}

export interface NewJob {
  readonly id?: string;
  readonly projectId: string;
  readonly kind: JobKind;
  readonly title: string;
  readonly params: Record<string, unknown>;
  readonly surveyId: string | null;
  /** Waits until this job is done; fails when that one fails. */
  readonly afterJobId?: string | null;
}

export async function enqueueJob(db: Database, job: NewJob): Promise<Job> {
  const id = job.id ?? newId("job");
  await db
    .insertInto("jobs")
    .values({
      id,
      projectId: job.projectId,
      kind: job.kind,
      title: job.title,
      state: "queued",
      paramsJson: JSON.stringify(job.params),
      progressJson: null,
      errorJson: null,
      resultJson: null,
      attempt: 0,
      cancelRequested: 0,
      stopRequested: 0,
      createdAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
      surveyId: job.surveyId,
      afterJobId: job.afterJobId ?? null,
      leaseOwner: null,
      leaseUntil: null,
      fence: 0,
    })
    .execute();
  return publishJob(db, id);
}
