import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { JobKind } from "@reefline/schema/job";
import type { Backend } from "@reefline/schema/training";
import type { Logger } from "pino";
import { findJobRow } from "../storage/jobs.ts";
import type { Store } from "../storage/store.ts";
import { heartbeat, removeWorker } from "../storage/workers.ts";
import { PredictionHelper } from "./helpPrediction.ts";
import type { JobHandler } from "./jobRun.ts";
import { claimJob, expireDeadLeases } from "./queue.ts";
import { runJob } from "./runJob.ts";

export interface WorkLoopOptions {
  readonly store: Store;
  readonly handlers: Record<JobKind, JobHandler>;
  readonly log: Logger;
  /** Ends the loop after the present step; the job in hand goes back to the queue. */
  readonly stopSignal: AbortSignal;
  /** End when these jobs have ended; null: go on for ever. */
  readonly untilJobs: readonly string[] | null;
  /** End after a job of these kinds; whoever started us starts a fresh process. */
  readonly endAfter?: readonly JobKind[];
  /** Learned as soon as the first job needs it, or when idle. */
  readonly backend: () => Backend | null;
}

const heartbeatEveryMs = 3_000;

/** Takes one job after another; between jobs it helps with predictions that others run. */
export async function workLoop(options: WorkLoopOptions): Promise<void> {
  const { store, log, stopSignal } = options;
  const owner = `${hostname()}:${process.pid}:${randomBytes(6).toString("hex")}`;
  const beat = () => heartbeat(store.db, { owner, pid: process.pid, backend: options.backend() });
  const helper = new PredictionHelper(store, owner, log, stopSignal);
  await beat();
  const timer = setInterval(() => beat().catch((error) => log.error({ err: error }, "no heartbeat")), heartbeatEveryMs);
  try {
    while (!stopSignal.aborted) {
      await expireDeadLeases(store);
      const claimed = await claimJob(store, owner);
      if (claimed) {
        log.info({ job: claimed.job.id, kind: claimed.job.kind, attempt: claimed.job.attempt }, claimed.job.title);
        await runJob(store, claimed, options.handlers, { log, releaseSignal: stopSignal });
        await beat();
        if (options.endAfter?.includes(claimed.job.kind)) return;
        continue;
      }
      if (options.untilJobs && (await allEnded(store, options.untilJobs))) return;
      if (await helper.help()) continue;
      await idle(store.config.pollSeconds * 1_000, stopSignal);
    }
  } finally {
    clearInterval(timer);
    await removeWorker(store.db, owner);
  }
}

async function allEnded(store: Store, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const row = await findJobRow(store.db, id);
    if (row?.state === "queued" || row?.state === "running") return false;
  }
  return true;
}

function idle(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
