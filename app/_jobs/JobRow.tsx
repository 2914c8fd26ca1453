"use client";
import type { Job } from "@reefline/schema/job";
import { Ban, CircleAlert, CircleCheck, Clock, RotateCcw, X } from "lucide-react";
import { IconButton } from "../_ui/IconButton.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { Spinner } from "../_ui/Spinner.tsx";
import { progressSentence } from "./jobSummary.ts";
import { useJobControls } from "./useJobs.ts";

function StateMark({ job }: { job: Job }) {
  if (job.state === "running") return <Spinner size={15} />;
  if (job.state === "queued") return <Clock size={15} className="text-ink-3" aria-label="Waiting" />;
  if (job.state === "done") return <CircleCheck size={15} className="text-green-ink" aria-label="Done" />;
  if (job.state === "failed") return <CircleAlert size={15} className="text-red-ink" aria-label="Failed" />;
  return <Ban size={15} className="text-ink-3" aria-label="Cancelled" />;
}

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

function detail(job: Job): string {
  if (job.state === "running" || job.state === "queued") return progressSentence(job);
  const when = job.finishedAt ? ` at ${time.format(new Date(job.finishedAt))}` : "";
  return { done: `Done${when}`, failed: `Failed${when}`, cancelled: `Cancelled${when}` }[job.state];
}

export function JobRow({ job }: { job: Job }) {
  const { cancel, retry } = useJobControls();
  const underWay = job.state === "running" || job.state === "queued";
  return (
    <li className="flex items-start gap-2.5 border-t border-line px-3 py-2 first:border-t-0">
      <span className="mt-0.75 flex size-4 shrink-0 items-center justify-center text-ink-2">
        <StateMark job={job} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate text-ink">{job.title}</p>
        <p className="text-sm text-ink-2 tabular-nums">{detail(job)}</p>
        {job.state === "running" ? <Progress className="mt-1.5" fraction={job.progress?.fraction ?? null} label={job.title} /> : null}
        {job.error ? <p className="mt-1 text-sm text-red-ink">{job.error.message}</p> : null}
      </div>
      {underWay ? (
        <IconButton
          size="small"
          icon={X}
          label={`Cancel: ${job.title}`}
          side="left"
          disabled={job.cancelRequested}
          onClick={() => cancel(job.id)}
        />
      ) : null}
      {job.state === "failed" || job.state === "cancelled" ? (
        <IconButton size="small" icon={RotateCcw} label={`Try again: ${job.title}`} side="left" onClick={() => retry(job.id)} />
      ) : null}
    </li>
  );
}
