import type { Job, Progress } from "@reefline/schema/job";
import type { Logger } from "pino";
import type { Context } from "../context.ts";
import type { Database, Store } from "../storage/store.ts";
import type { Lease } from "./queue.ts";

/** What the user, or the worker's own end, asks of a running job. */
export type JobWish = "go" | "cancel" | "stop-and-keep" | "release" | "lost";

/** A job while it runs, as its handler sees it. */
export interface JobRun {
  readonly store: Store;
  readonly ctx: Context;
  readonly job: Job;
  readonly lease: Lease;
  readonly log: Logger;
  /** Asked between steps: cheap, kept up to date by the lease's timer. */
  wish(): JobWish;
  /** Aborts when the work should stop without keeping anything new: cancelled, given back, or taken over by another worker. */
  readonly signal: AbortSignal;
  /** Shown to the user; written at most twice a second. */
  progress(progress: Progress): void;
  /** Writes rows if the lease still holds, else throws `job/lease-lost`. */
  commit<T>(write: (trx: Database) => Promise<T>): Promise<T>;
}

/** What a job leaves: its result, and the rows that make its files visible, written in the same transaction as its end. */
export interface JobOutcome {
  readonly result: Record<string, unknown>;
  readonly publish?: (trx: Database) => Promise<void>;
  /** Tidying once that is durable; a failure here fails nothing. */
  readonly afterwards?: () => Promise<void>;
}

export type JobHandler = (run: JobRun) => Promise<JobOutcome>;
