"use client";
import { classSummary } from "@reefline/accuracy/classScores";
import type { ComparedRecipe } from "@reefline/schema/comparison";
import type { Job } from "@reefline/schema/job";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, X } from "lucide-react";
import { trpc } from "../_api/api.ts";
import { isActive, progressSentence } from "../_jobs/jobSummary.ts";
import { useJobControls, useJobs } from "../_jobs/useJobs.ts";
import { percentText, scoreText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { ComparisonCurves } from "./ComparisonCurves.tsx";
import { ComparisonPictures } from "./ComparisonPictures.tsx";
import { trainingView } from "./trainingView.ts";

/** Recipes trained on the same ground for the same time: their scores at 0.5 and at the threshold each chose, their curves, what they see. */
export function ComparisonView({ id }: { id: string }) {
  const jobs = useJobs();
  const { cancel } = useJobControls();
  // Jobs change as recipes end; what they leave is asked for again then.
  const comparison = useQuery(trpc.runs.comparison.queryOptions({ id })).data;
  if (!comparison) return null;
  const { name, recipes, folds } = comparison;
  const jobOf = (recipe: ComparedRecipe) => jobs.find((job) => job.id === recipe.jobId);
  const open = recipes.map(jobOf).filter((job): job is Job => job !== undefined && isActive(job));
  const running = open.find(({ state }) => state === "running");
  const ended = recipes.length - open.length;
  const judged = recipes.some(({ heldOut }) => heldOut !== null);
  return (
    <>
      <div className="-mb-3 px-2 pt-2.5">
        <Button look="quiet" size="small" icon={ArrowLeft} onClick={() => trainingView.openRun(null)}>
          Train another model
        </Button>
      </div>
      <PanelHeader title={`${name}: recipes compared`} />
      <PanelBody>
        {open.length > 0 ? (
          <PanelSection>
            <p aria-live="polite" className="mb-2 text-ink tabular-nums">
              {ended} of {recipes.length} recipes trained
              {running ? ` · ${progressSentence(running)}` : ""}
            </p>
            <Progress
              fraction={(ended + (running?.progress?.fraction ?? 0)) / Math.max(1, recipes.length)}
              label={`${ended} of ${recipes.length} recipes trained`}
            />
          </PanelSection>
        ) : null}
        <PanelSection title={folds ? "On all labelled ground, part by part" : judged ? "On the held-out areas" : "Scores"}>
          <Table recipes={recipes} stateOf={(recipe) => stateText(jobOf(recipe))} />
          {open.length === 0 && !judged ? (
            <Notice kind="attention">
              No held-out area was drawn, so only validation can be compared, which each recipe was tuned on. Draw one, and compare again.
            </Notice>
          ) : null}
        </PanelSection>
        {folds ? null : (
          <>
            <ComparisonCurves recipes={recipes} />
            <ComparisonPictures recipes={recipes} />
          </>
        )}
      </PanelBody>
      {open.length > 0 ? (
        <PanelFooter>
          <Button
            look="quiet"
            icon={X}
            onClick={() => {
              for (const job of open) cancel(job.id);
            }}
          >
            Cancel what is left
          </Button>
        </PanelFooter>
      ) : null}
    </>
  );
}

const meanIou = "Mean IoU of reef and the rest";
const columns: readonly { key: string; name: string; tip?: string }[] = [
  { key: "half dice", name: "Dice" },
  { key: "half iou", name: "mIoU", tip: meanIou },
  { key: "tuned dice", name: "Dice" },
  { key: "tuned iou", name: "mIoU", tip: meanIou },
];

const score = (value: number | null | undefined) => (value == null ? "–" : scoreText(value));

function Table({ recipes, stateOf }: { recipes: readonly ComparedRecipe[]; stateOf: (recipe: ComparedRecipe) => string | null }) {
  const hasClasses = recipes.some(({ heldOut }) => heldOut?.byClass);
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm tabular-nums" data-testid="comparison-table">
        <thead className="text-ink-3">
          <tr className="text-right">
            <td />
            <th scope="colgroup" colSpan={2} className="pt-1 pl-2 text-center font-normal">
              at 0.5
            </th>
            <th scope="colgroup" colSpan={2} className="pt-1 pl-2 text-center font-normal">
              tuned
            </th>
            {hasClasses ? (
              <th scope="colgroup" className="pt-1 pl-2 font-normal">
                classes
              </th>
            ) : null}
          </tr>
          <tr className="text-right">
            <th scope="col" className="pb-1 text-left font-normal">
              Recipe
            </th>
            {columns.map(({ key, name, tip }) => (
              <th key={key} scope="col" className="pb-1 pl-2 font-normal" title={tip}>
                {name}
              </th>
            ))}
            {hasClasses ? (
              <th scope="col" className="pb-1 pl-2 font-normal" title="Mean Dice of the classes that are labelled there">
                Dice
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {recipes.map((recipe) => {
            const { recipe: key, title, runId, heldOut, atHalf, validationDice } = recipe;
            const state = stateOf(recipe);
            const [name, detail] = title.split(": ");
            return (
              <tr key={key} className="border-t border-line text-right align-top">
                <th scope="row" className="py-1 text-left font-normal">
                  <button
                    type="button"
                    className="rounded text-left hover:underline"
                    title={title}
                    onClick={() => trainingView.openRunOfComparison(runId)}
                  >
                    <span className="block text-ink">{name}</span>
                    <span className="block text-xs text-ink-3">{detail}</span>
                  </button>
                </th>
                {heldOut ? (
                  <>
                    <td className="py-1 pl-2">{score(atHalf?.dice)}</td>
                    <td className="py-1 pl-2">{score(atHalf?.meanIou)}</td>
                    <td className="py-1 pl-2 font-medium text-ink">{score(heldOut.dice)}</td>
                    <td className="py-1 pl-2">{score(heldOut.meanIou)}</td>
                    {hasClasses ? <td className="py-1 pl-2">{score(heldOut.byClass && classSummary(heldOut.byClass).meanDice)}</td> : null}
                  </>
                ) : (
                  <td colSpan={hasClasses ? 5 : 4} className="py-1 pl-2 text-ink-3">
                    {state ?? (validationDice === null ? "–" : `validation Dice ${scoreText(validationDice)}`)}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What a recipe waits for; null once it has ended well. */
function stateText(job: Job | undefined): string | null {
  if (!job || job.state === "done") return null;
  if (job.state === "running") return job.progress?.fraction == null ? "training" : `training, ${percentText(job.progress.fraction)}`;
  return { queued: "waiting", failed: "failed", cancelled: "cancelled" }[job.state];
}
