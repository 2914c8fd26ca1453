"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useJobs } from "../_jobs/useJobs.ts";
import { scoreText } from "../_report/quantity.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { trainingView } from "./trainingView.ts";

const when = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Earlier trainings on this survey, newest first. */
export function RunList() {
  const surveyId = useWorkspace((state) => state.surveyId);
  const runs = useQuery({ ...trpc.runs.list.queryOptions({ surveyId: surveyId ?? undefined }), enabled: surveyId !== null }).data ?? [];
  const models = useQuery(trpc.models.list.queryOptions()).data ?? [];
  const jobs = useJobs();
  if (runs.length === 0) return null;
  return (
    <PanelSection title="Earlier runs">
      <ul className="-mx-2">
        {runs.map((run) => {
          const card = models.find((model) => model.id === run.modelId || model.runId === run.id)?.card;
          const job = jobs.find((one) => one.id === run.jobId);
          const score = card ? (card.heldOut ?? card.validation).dice : null;
          const state =
            job?.state === "running"
              ? "training"
              : job?.state === "queued"
                ? "waiting"
                : job?.state === "failed"
                  ? "failed"
                  : job?.state === "cancelled"
                    ? "cancelled"
                    : "";
          return (
            <li key={run.id}>
              <button
                type="button"
                onClick={() => trainingView.openRun(run.id)}
                className="flex w-full items-baseline justify-between gap-3 rounded px-2 py-1 text-left hover:bg-hover"
              >
                <span className="min-w-0">
                  <span className="block truncate text-ink">{run.name}</span>
                  <span className="block text-sm text-ink-3">{when.format(new Date(run.createdAt))}</span>
                </span>
                <span className="shrink-0 text-sm text-ink-2 tabular-nums">{score === null ? state : <>Dice {scoreText(score)}</>}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </PanelSection>
  );
}
