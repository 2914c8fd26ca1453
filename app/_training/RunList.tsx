"use client";
import type { Job } from "@reefline/schema/job";
import type { Run } from "@reefline/schema/training";
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
  const stateOf = (run: Run) => stateWords[jobs.find((one) => one.id === run.jobId)?.state ?? "done"];
  return (
    <PanelSection title="Earlier runs">
      <ul className="-mx-2">
        {entriesOf(runs).map(({ run, parts }) => {
          const card = models.find((model) => model.id === run.modelId || model.runId === run.id)?.card;
          const dice = card ? (card.heldOut ?? card.validation).dice : null;
          const { partOf } = run;
          const compared = partOf?.kind === "comparison";
          const waiting = parts.filter((part) => stateOf(part) === "training" || stateOf(part) === "waiting").length;
          const state = compared
            ? waiting > 0
              ? `${parts.length - waiting} of ${parts.length}`
              : `${parts.length} recipes`
            : dice === null
              ? stateOf(run)
              : `Dice ${scoreText(dice)}`;
          return (
            <li key={run.id}>
              <button
                type="button"
                onClick={() => (compared ? trainingView.openComparison(partOf.comparisonId) : trainingView.openRun(run.id))}
                className="flex w-full items-baseline justify-between gap-3 rounded px-2 py-1 text-left hover:bg-hover"
              >
                <span className="min-w-0">
                  <span className="block truncate text-ink">{compared ? comparisonName(run) : run.name}</span>
                  <span className="block text-sm text-ink-3">{when.format(new Date(run.createdAt))}</span>
                </span>
                <span className="shrink-0 text-sm text-ink-2 tabular-nums">{state}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </PanelSection>
  );
}

const stateWords: Record<Job["state"], string> = {
  queued: "waiting",
  running: "training",
  failed: "failed",
  cancelled: "cancelled",
  done: "",
};

/** A comparison's runs are one entry; a run that checks another one is looked at there. */
function entriesOf(runs: readonly Run[]): { run: Run; parts: Run[] }[] {
  const entries: { run: Run; parts: Run[] }[] = [];
  const comparisons = new Map<string, Run[]>();
  for (const run of runs) {
    const { partOf } = run;
    if (partOf?.kind === "check" && runs.some(({ id }) => id === partOf.ofRunId)) continue;
    const known = partOf?.kind === "comparison" ? comparisons.get(partOf.comparisonId) : undefined;
    if (known) known.push(run);
    else {
      const parts = [run];
      entries.push({ run, parts });
      if (partOf?.kind === "comparison") comparisons.set(partOf.comparisonId, parts);
    }
  }
  return entries;
}

function comparisonName({ name, partOf }: Run): string {
  const recipe = partOf?.kind === "comparison" ? partOf.recipe : "";
  return `${name.endsWith(` ${recipe}`) ? name.slice(0, -recipe.length - 1) : name}: recipes compared`;
}
