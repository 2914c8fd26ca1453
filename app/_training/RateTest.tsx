"use client";
import { rateChart } from "@reefline/report/reportCharts";
import { rateTestSchema } from "@reefline/schema/rateTest";
import type { TrainConfig } from "@reefline/schema/training";
import { useMutation } from "@tanstack/react-query";
import { Check, TrendingDown, X } from "lucide-react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { isActive, progressSentence } from "../_jobs/jobSummary.ts";
import { useJobControls, useJobs } from "../_jobs/useJobs.ts";
import { ReportChart } from "../_report/ReportChart.tsx";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { rateText } from "./rateText.ts";
import { trainingView, useTrainingView } from "./trainingView.ts";

/** Tries learning rates on the recipe's first steps, draws what they do to the loss, and offers the one to begin with. */
export function RateTest({ surveyIds, config }: { surveyIds: readonly string[]; config: TrainConfig | null }) {
  const jobs = useJobs();
  const rate = useTrainingView((view) => view.form.learningRate);
  const { cancel } = useJobControls();
  const start = useMutation(
    trpc.runs.findRate.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.jobs.list.queryFilter()) }),
  );
  // The newest one on these surveys: it is still there when the panel is opened again.
  const job = jobs.find((one) => one.kind === "rate-test" && sameSurveys(one.params.surveyIds, surveyIds));
  const result = job?.state === "done" ? rateTestSchema.safeParse(job.result).data : undefined;
  const underWay = job !== undefined && isActive(job);
  const suggested = result?.suggested == null ? null : rateText(result.suggested);
  return (
    <div className="flex flex-col gap-2">
      {underWay ? (
        <div className="flex items-center gap-2">
          <div className="min-w-0 flex-1">
            <p aria-live="polite" className="mb-1 truncate text-sm text-ink-2 tabular-nums">
              {progressSentence(job)}
            </p>
            <Progress fraction={job.progress?.fraction ?? null} label="Trying learning rates" />
          </div>
          <Button size="small" look="quiet" icon={X} disabled={job.cancelRequested} onClick={() => cancel(job.id)}>
            Cancel
          </Button>
        </div>
      ) : (
        <Button
          size="small"
          icon={TrendingDown}
          className="w-fit"
          disabled={config === null}
          busy={start.isPending}
          onClick={() => config && start.mutate({ surveyIds: [...surveyIds], config })}
        >
          {result ? "Test the rates again" : "Find a learning rate"}
        </Button>
      )}
      {start.error ? <Notice kind="error">{sentenceFor(start.error)}</Notice> : null}
      {job?.state === "failed" && job.error ? <Notice kind="error">{job.error.message}</Notice> : null}
      {result ? (
        <>
          <ReportChart chart={rateChart(result)} />
          {suggested === null ? (
            <Notice kind="attention">The loss fell at no rate: there may be too few labels, or they do not fit the image.</Notice>
          ) : (
            <div className="flex flex-wrap items-center gap-2">
              <span className="text-ink-2">
                Suggested: <span className="font-medium text-ink tabular-nums">{suggested}</span>
              </span>
              <Button
                size="small"
                icon={Check}
                disabled={rate === suggested}
                onClick={() => {
                  trainingView.change({ learningRate: suggested });
                  announce(`The highest rate is ${suggested} now`);
                }}
              >
                {rate === suggested ? "In use" : "Use this rate"}
              </Button>
            </div>
          )}
        </>
      ) : null}
    </div>
  );
}

function sameSurveys(given: unknown, surveyIds: readonly string[]): boolean {
  return Array.isArray(given) && given.length === surveyIds.length && surveyIds.every((id) => given.includes(id));
}
