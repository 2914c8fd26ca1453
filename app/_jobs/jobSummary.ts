import type { Job } from "@reefline/schema/job";
import { durationText, percentText } from "../_report/quantity.ts";

export const isActive = (job: Job): boolean => job.state === "queued" || job.state === "running";

/** What the top bar shows: how many jobs are under way, and how far they are together. */
export interface JobSummary {
  active: Job[];
  running: number;
  queued: number;
  failed: number;
  /** Mean over running jobs; null while none of them knows. */
  fraction: number | null;
}

export function summarizeJobs(jobs: readonly Job[]): JobSummary {
  const running = jobs.filter((job) => job.state === "running");
  const known = running.flatMap((job) => (job.progress?.fraction == null ? [] : [job.progress.fraction]));
  return {
    active: jobs.filter(isActive),
    running: running.length,
    queued: jobs.filter((job) => job.state === "queued").length,
    failed: jobs.filter((job) => job.state === "failed").length,
    fraction: known.length === 0 ? null : known.reduce((sum, fraction) => sum + fraction, 0) / known.length,
  };
}

/** What, how far, how long: "Predicting Middle Marsh · 38 % · 4 min left". */
export function progressSentence(job: Job): string {
  if (job.state === "queued") return job.attempt > 0 ? "Waiting to go on from where it was" : "Waiting for its turn";
  if (job.state !== "running") return job.title;
  const parts = [job.progress?.message ?? job.title];
  if (job.cancelRequested) parts.push("cancelling");
  else if (job.stopRequested) parts.push("stopping and keeping the best");
  else {
    if (job.progress?.fraction != null) parts.push(percentText(job.progress.fraction));
    if (job.progress?.secondsLeft != null) parts.push(`${durationText(job.progress.secondsLeft)} left`);
  }
  return parts.join(" · ");
}
