"use client";
import { CircleAlert, ListChecks } from "lucide-react";
import { useEffect, useState } from "react";
import { onLive } from "../_api/liveBus.ts";
import { announce } from "../_ui/announce.ts";
import { Popover } from "../_ui/Popover.tsx";
import { ProgressRing } from "../_ui/Progress.tsx";
import { toast } from "../_ui/toasts.ts";
import { JobRow } from "./JobRow.tsx";
import { summarizeJobs } from "./jobSummary.ts";
import { useJobs } from "./useJobs.ts";

const RECENT = 12;

/** In the top bar: how many jobs run and how far they are; opens the list of them. */
export function JobsButton() {
  const jobs = useJobs();
  const { active, running, queued, fraction } = summarizeJobs(jobs);
  // A failure is pointed at until the list has been looked at.
  const [unseenFailures, setUnseenFailures] = useState(0);

  useEffect(
    () =>
      onLive("job", ({ job }) => {
        if (job.state === "failed") {
          setUnseenFailures((count) => count + 1);
          toast(`${job.title} failed. ${job.error?.message ?? ""}`.trim(), { kind: "error" });
        } else if (job.state === "done" && job.kind !== "vectorize") announce(`${job.title}: done`);
      }),
    [],
  );

  const words =
    active.length > 0
      ? `Jobs: ${running} running${queued > 0 ? `, ${queued} waiting` : ""}`
      : unseenFailures > 0
        ? "Jobs: one failed"
        : "Jobs: nothing running";
  const shown = [...active, ...jobs.filter((job) => !active.includes(job)).slice(0, RECENT)];

  return (
    <Popover
      label="Jobs"
      trigger={
        <button
          type="button"
          aria-label={words}
          title={words}
          onClick={() => setUnseenFailures(0)}
          data-testid="jobs-button"
          className="inline-flex h-8 items-center gap-1.5 rounded px-2 text-sm text-ink-2 tabular-nums hover:bg-hover hover:text-ink"
        >
          {active.length > 0 ? (
            <>
              <ProgressRing fraction={running > 0 ? fraction : 0} />
              {active.length}
            </>
          ) : unseenFailures > 0 ? (
            <CircleAlert size={17} strokeWidth={1.75} className="text-red-ink" aria-hidden />
          ) : (
            <ListChecks size={17} strokeWidth={1.75} aria-hidden />
          )}
        </button>
      }
    >
      {shown.length === 0 ? (
        <p className="px-4 py-5 text-center text-ink-2">Nothing has run yet. Imports, trainings and predictions show up here.</p>
      ) : (
        <ul aria-label="Jobs">
          {shown.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      )}
    </Popover>
  );
}
