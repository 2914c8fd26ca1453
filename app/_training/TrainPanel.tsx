"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { isActive } from "../_jobs/jobSummary.ts";
import { useJobs } from "../_jobs/useJobs.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { RunView } from "./RunView.tsx";
import { TrainForm } from "./TrainForm.tsx";
import { useTrainingView } from "./trainingView.ts";

/** The run that was opened, else the one under way on this survey, else the form. */
export function TrainPanel() {
  const surveyId = useWorkspace((state) => state.surveyId);
  const { openRunId, formAsked } = useTrainingView();
  const runs = useQuery({ ...trpc.runs.list.queryOptions({ surveyId: surveyId ?? undefined }), enabled: surveyId !== null }).data ?? [];
  const jobs = useJobs();
  const underWay = runs.find((run) => jobs.some((job) => job.id === run.jobId && isActive(job)));
  const shown = openRunId ?? (formAsked ? null : (underWay?.id ?? null));
  return shown ? <RunView key={shown} runId={shown} /> : <TrainForm />;
}
