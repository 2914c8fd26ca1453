import { isAppError } from "@reefline/schema/errors";
import type { Job, JobKind, Progress } from "@reefline/schema/job";
import type { Logger } from "pino";
import { describeError } from "../errors.ts";
import { system } from "../principal.ts";
import type { Store } from "../storage/store.ts";
import type { JobHandler, JobWish } from "./jobRun.ts";
import { endJob, fenced, type Lease, releaseJob, renewLease, setProgress } from "./queue.ts";

const progressEveryMs = 500;

/** Runs one claimed job to its end, whatever that is. Never throws: a job's failure is the job's. */
export async function runJob(
  store: Store,
  { job, lease }: { job: Job; lease: Lease },
  handlers: Record<JobKind, JobHandler>,
  { log, releaseSignal }: { log: Logger; releaseSignal: AbortSignal },
): Promise<void> {
  const abort = new AbortController();
  let wish: JobWish = "go";
  const ask = (next: JobWish) => {
    if (wish === "lost" || wish === "cancel" || wish === "release") return;
    wish = next;
    if (next !== "go" && next !== "stop-and-keep") abort.abort();
  };
  const release = () => ask("release");
  if (releaseSignal.aborted) release();
  releaseSignal.addEventListener("abort", release);

  let renewing = false;
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    try {
      const { held, cancel, stop } = await renewLease(store, lease);
      if (!held) ask("lost");
      else if (cancel) ask("cancel");
      else if (stop) ask("stop-and-keep");
    } catch (error) {
      log.error({ err: error, job: job.id }, "lease not renewed");
    } finally {
      renewing = false;
    }
  };
  const renewEveryMs = Math.min(1_000, (store.config.leaseSeconds * 1_000) / 4);
  const timer = setInterval(renew, renewEveryMs);

  let writing: Promise<void> = Promise.resolve();
  let pending: Progress | null = null;
  let writtenAt = 0;
  let renewedAt = Date.now();
  const writeProgress = () => {
    const latest = pending;
    if (!latest) return;
    pending = null;
    writtenAt = Date.now();
    writing = writing.then(() => setProgress(store, lease, latest)).catch((error) => onWriteError(error));
  };
  const onWriteError = (error: unknown) => {
    if (isAppError(error) && error.code === "job/lease-lost") ask("lost");
    else log.error({ err: error, job: job.id }, "progress not written");
  };

  try {
    await renew();
    abort.signal.throwIfAborted();
    const outcome = await handlers[job.kind]({
      store,
      ctx: { store, principal: system },
      job,
      lease,
      log,
      wish: () => {
        // Long synchronous steps keep timers from firing; what asks between steps renews as well.
        if (Date.now() - renewedAt > renewEveryMs) {
          renewedAt = Date.now();
          void renew();
        }
        return wish;
      },
      signal: abort.signal,
      progress: (progress) => {
        pending = progress;
        if (Date.now() - writtenAt >= progressEveryMs) writeProgress();
      },
      commit: (write) => fenced(store, lease, write),
    });
    writeProgress();
    await writing;
    await fenced(store, lease, async (trx) => {
      await outcome.publish?.(trx);
      await endJob(trx, job.id, "done", { result: outcome.result });
    });
    await outcome.afterwards?.().catch((error) => log.warn({ err: error, job: job.id }, "not tidied"));
  } catch (error) {
    await writing;
    await end(store, { job, lease }, wish, error, log);
  } finally {
    clearInterval(timer);
    releaseSignal.removeEventListener("abort", release);
  }
}

async function end(store: Store, { job, lease }: { job: Job; lease: Lease }, wish: JobWish, error: unknown, log: Logger): Promise<void> {
  try {
    if (wish === "lost" || (isAppError(error) && error.code === "job/lease-lost")) {
      log.warn({ job: job.id }, "another worker took this job over");
    } else if (wish === "release") {
      await releaseJob(store, lease);
    } else {
      const state = wish === "cancel" ? "cancelled" : "failed";
      // A refusal in words is an answer, not a fault of the program.
      if (isAppError(error) && error.kind !== "internal") log.info({ job: job.id, code: error.code }, error.message);
      else if (state === "failed") log.error({ err: error, job: job.id });
      await fenced(store, lease, async (trx) => {
        await endJob(trx, job.id, state, state === "failed" ? { error: describeError(error) } : {});
      });
    }
  } catch (second) {
    log.error({ err: second, job: job.id }, "the job's end could not be written; its lease will lapse");
  }
}
