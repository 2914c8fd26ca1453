"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { isActive } from "../_jobs/jobSummary.ts";
import { useJobs } from "../_jobs/useJobs.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { ComparisonView } from "./ComparisonView.tsx";
import { LabelCheck } from "./LabelCheck.tsx";
import { RunView } from "./RunView.tsx";
import { TrainForm } from "./TrainForm.tsx";
import { useTrainingView } from "./trainingView.ts";

/** What was opened (a run, a comparison, the labels' check), else what is under way on this survey, else the form. */
export function TrainPanel() {
  const surveyId = useWorkspace((state) => state.surveyId);
  const { openRunId, openComparisonId, checkingLabels, formAsked } = useTrainingView();
  const runs = useQuery({ ...trpc.runs.list.queryOptions({ surveyId: surveyId ?? undefined }), enabled: surveyId !== null }).data ?? [];
  const jobs = useJobs();
  if (checkingLabels) return <LabelCheck />;
  if (openRunId) return <RunView key={openRunId} runId={openRunId} />;
  if (openComparisonId) return <ComparisonView key={openComparisonId} id={openComparisonId} />;
  const underWay = formAsked ? undefined : runs.find((run) => jobs.some((job) => job.id === run.jobId && isActive(job)));
  if (!underWay) return <TrainForm />;
  const { partOf } = underWay;
  if (partOf?.kind === "comparison") return <ComparisonView key={partOf.comparisonId} id={partOf.comparisonId} />;
  const shown = partOf?.kind === "check" ? partOf.ofRunId : underWay.id;
  return <RunView key={shown} runId={shown} />;
}
