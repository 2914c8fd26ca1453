"use client";
import type { Job } from "@reefline/schema/job";
import { X } from "lucide-react";
import { progressSentence } from "../_jobs/jobSummary.ts";
import { useJobControls } from "../_jobs/useJobs.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";

export function RunningPrediction({ job }: { job: Job }) {
  const { cancel } = useJobControls();
  return (
    <PanelSection>
      <div className="mb-1.5 flex items-center justify-between gap-2">
        <p aria-live="polite" className="min-w-0 text-ink tabular-nums">
          {progressSentence(job)}
        </p>
        <IconButton
          size="small"
          icon={X}
          label="Cancel this prediction"
          side="left"
          disabled={job.cancelRequested}
          onClick={() => cancel(job.id)}
        />
      </div>
      <Progress fraction={job.progress?.fraction ?? null} label={job.title} />
    </PanelSection>
  );
}
