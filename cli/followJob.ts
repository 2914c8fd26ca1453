import type { ChildProcess } from "node:child_process";
import { AppError } from "@reefline/schema/errors";
import type { Job, Progress } from "@reefline/schema/job";
import { cancelJob } from "../server/services/jobs.ts";
import { forkSibling } from "../server/siblings.ts";
import { jobById } from "../server/storage/jobs.ts";
import { liveWorkers } from "../server/storage/workers.ts";
import type { Session } from "./session.ts";

const pollMs = 300;
const restarts = 5;
/** A worker that has just been started is given this long to say so. */
const quietLineEveryMs = 5_000;

function describeProgress({ message, fraction, secondsLeft }: Progress): string {
  const percent = fraction === null ? "" : ` ${Math.floor(fraction * 100)} %`;
  const left =
    secondsLeft === null ? "" : `, about ${secondsLeft >= 90 ? `${Math.round(secondsLeft / 60)} min` : `${Math.ceil(secondsLeft)} s`} left`;
  return `${message}${percent}${left}`;
}

/** Shows a line that rewrites itself on a terminal, and a line now and then in a log. */
function progressLine(): { show(text: string): void; end(): void } {
  const terminal = process.stderr.isTTY;
  let shown = "";
  let writtenAt = 0;
  return {
    show(text) {
      if (text === shown || (!terminal && Date.now() - writtenAt < quietLineEveryMs)) return;
      shown = text;
      writtenAt = Date.now();
      process.stderr.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
    },
    end() {
      if (terminal && shown) process.stderr.write("\r\x1b[2K");
    },
  };
}

/**
 * Waits for jobs to end, showing progress. When no worker is alive, one is started below this process until they have ended. Ctrl+C
 * cancels what our own worker does, and merely stops watching what another one does.
 *
 * @throws AppError of the job that failed, `cli/cancelled`, `cli/detached`.
 */
export async function followJobs(session: Session, ids: readonly string[]): Promise<Job[]> {
  const { ctx } = session;
  const line = progressLine();
  let own: ChildProcess | null = null;
  let starts = 0;
  let interrupted = false;
  const onInterrupt = () => {
    interrupted = true;
  };
  process.on("SIGINT", onInterrupt);
  try {
    for (let round = 0; ; round++) {
      const jobs = await Promise.all(ids.map((id) => jobById(ctx.store.db, id)));
      const open = jobs.filter((job) => job.state === "queued" || job.state === "running");
      if (open.length === 0) {
        line.end();
        const bad = jobs.find((job) => job.state !== "done");
        if (bad) throw failureOf(bad);
        return jobs;
      }
      if (interrupted) {
        line.end();
        if (!own) {
          throw new AppError("cancelled", "cli/detached", "Stopped watching; another Reefline process goes on with it. See: reefline jobs");
        }
        interrupted = false;
        session.note("Cancelling …");
        for (const job of open) await cancelJob(ctx, job.id);
      }
      if (!own && (await liveWorkers(ctx.store.db)).length === 0) {
        if (starts > restarts)
          throw new AppError("internal", "cli/worker", "The worker stopped again and again. Run it with `reefline serve` to see why.");
        starts++;
        const started = forkSibling("worker", {
          args: ["--until", ids.join(",")],
          env: { REEFLINE_DATA: ctx.store.config.dataDir, TF_CPP_MIN_LOG_LEVEL: "2" },
        });
        own = started;
        started.once("exit", () => {
          if (own === started) own = null;
        });
      }
      const current = open.find((job) => job.state === "running") ?? open[0];
      if (current?.state === "running") line.show(current.progress ? describeProgress(current.progress) : current.title);
      else if (current && round > 0) line.show(`Waiting: ${current.title}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  } finally {
    process.off("SIGINT", onInterrupt);
    await endWorker(own);
  }
}

function failureOf(job: Job): AppError {
  if (job.state === "cancelled")
    return new AppError("cancelled", "cli/cancelled", `"${job.title}" was cancelled. Nothing that was there before has changed.`);
  return new AppError("internal", job.error?.code ?? "job/failed", job.error?.message ?? `"${job.title}" failed.`);
}

/** Our worker ends by itself once the jobs have; it is asked to when we leave early. */
async function endWorker(worker: ChildProcess | null): Promise<void> {
  if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.kill("SIGTERM");
  await ended;
}
