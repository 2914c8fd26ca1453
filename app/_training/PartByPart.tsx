"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleStop, X } from "lucide-react";
import { trpc } from "../_api/api.ts";
import { isActive, progressSentence } from "../_jobs/jobSummary.ts";
import { useJob, useJobControls } from "../_jobs/useJobs.ts";
import { Button } from "../_ui/Button.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { FailedTraining } from "./FailedTraining.tsx";
import { FoldsView } from "./FoldsView.tsx";

/** How a run's recipe does on ground left out part by part, where that was asked for beside the run; nothing otherwise. */
export function PartByPart({ runId, brief = false }: { runId: string; brief?: boolean }) {
  const runs = useQuery(trpc.runs.list.queryOptions({})).data ?? [];
  const check = runs.find(({ partOf }) => partOf?.kind === "check" && partOf.ofRunId === runId);
  const job = useJob(check?.jobId);
  const { cancel, stopAndKeep, retry } = useJobControls();
  if (!check) return null;
  const underWay = job !== null && isActive(job);
  return (
    <>
      {underWay ? (
        <PanelSection title="Judging it part by part">
          <p aria-live="polite" className="mb-2 text-ink-2 tabular-nums">
            {job.state === "queued" ? "Begins when the model is trained." : progressSentence(job)}
          </p>
          <Progress fraction={job.progress?.fraction ?? null} label="Judging the model part by part" />
          <div className="mt-2 flex gap-2">
            {job.state === "running" ? (
              <Button
                size="small"
                icon={CircleStop}
                disabled={job.stopRequested || job.cancelRequested}
                onClick={() => stopAndKeep(job.id)}
              >
                Stop after this part
              </Button>
            ) : null}
            <Button size="small" look="quiet" icon={X} disabled={job.cancelRequested} onClick={() => cancel(job.id)}>
              Leave it out
            </Button>
          </div>
        </PanelSection>
      ) : null}
      {job?.state === "failed" && job.error ? (
        <FailedTraining title="Judging it part by part" message={job.error.message} onRetry={() => retry(job.id)} />
      ) : null}
      {job?.state === "running" || job?.state === "done" || job?.state === "failed" || job === null ? (
        <FoldsView runId={check.id} underWay={underWay} brief={brief} />
      ) : null}
    </>
  );
}
