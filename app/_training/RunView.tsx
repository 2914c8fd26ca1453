"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, CircleStop, ScanSearch, X } from "lucide-react";
import { trpc } from "../_api/api.ts";
import { progressSentence } from "../_jobs/jobSummary.ts";
import { useJob, useJobControls } from "../_jobs/useJobs.ts";
import { ExportModelMenu } from "../_models/ExportModelMenu.tsx";
import { predictionForm } from "../_prediction/predictionView.ts";
import { ModelCardView } from "../_report/ModelCardView.tsx";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { workspace } from "../_workspace/workspaceStore.ts";
import { CorrectionRound } from "./CorrectionRound.tsx";
import { FailedTraining } from "./FailedTraining.tsx";
import { FoldsView } from "./FoldsView.tsx";
import { PartByPart } from "./PartByPart.tsx";
import { RunCurves } from "./RunCurves.tsx";
import { SampleChips } from "./SampleChips.tsx";
import { trainingView } from "./trainingView.ts";

/** One training: how it goes while it runs, and what came of it. */
export function RunView({ runId }: { runId: string }) {
  const run = useQuery(trpc.runs.get.queryOptions({ id: runId })).data ?? null;
  const model = (useQuery(trpc.models.list.queryOptions()).data ?? []).find((one) => one.runId === runId) ?? null;
  const job = useJob(run?.jobId);
  const { cancel, stopAndKeep, retry } = useJobControls();
  const comparisonId = run?.partOf?.kind === "comparison" ? run.partOf.comparisonId : null;
  const underWay = job?.state === "running" || job?.state === "queued";

  return (
    <>
      <div className="-mb-3 px-2 pt-2.5">
        {comparisonId ? (
          <Button look="quiet" size="small" icon={ArrowLeft} onClick={() => trainingView.openComparison(comparisonId)}>
            Back to the comparison
          </Button>
        ) : (
          <Button look="quiet" size="small" icon={ArrowLeft} onClick={() => trainingView.openRun(null)}>
            Train another model
          </Button>
        )}
      </div>
      <PanelHeader title={run?.name ?? "Training"} />
      <PanelBody>
        {underWay && job ? (
          <PanelSection>
            <p aria-live="polite" className="mb-2 text-ink tabular-nums">
              {progressSentence(job)}
            </p>
            <Progress fraction={job.progress?.fraction ?? null} label={`Training ${run?.name ?? ""}`} />
          </PanelSection>
        ) : null}
        {job?.state === "failed" && job.error ? <FailedTraining message={job.error.message} onRetry={() => retry(job.id)} /> : null}
        {job?.state === "cancelled" ? (
          <PanelSection>
            <Notice
              action={
                <Button size="small" onClick={() => retry(job.id)}>
                  Train it again
                </Button>
              }
            >
              This training was cancelled.
            </Notice>
          </PanelSection>
        ) : null}
        {model ? (
          <>
            <ModelCardView card={model.card} brief />
            <CorrectionRound card={model.card} />
            <PartByPart runId={runId} />
            <PanelSection title="Use it elsewhere">
              <ExportModelMenu modelId={model.id} />
            </PanelSection>
          </>
        ) : null}
        {run?.config.folds ? (
          <FoldsView runId={runId} underWay={underWay} />
        ) : (
          <>
            <RunCurves runId={runId} />
            <SampleChips runId={runId} />
          </>
        )}
      </PanelBody>
      <PanelFooter>
        {underWay && job ? (
          <div className="flex gap-2">
            <Button
              className="flex-1"
              icon={CircleStop}
              disabled={job.state !== "running" || job.stopRequested || job.cancelRequested}
              onClick={() => stopAndKeep(job.id)}
            >
              {run?.config.folds ? "Stop after this part" : "Stop and keep the best"}
            </Button>
            <Button look="quiet" icon={X} disabled={job.cancelRequested} onClick={() => cancel(job.id)}>
              Cancel
            </Button>
          </div>
        ) : null}
        {model ? (
          <Button
            look="primary"
            size="large"
            icon={ScanSearch}
            onClick={() => {
              predictionForm.chooseModel(model.id);
              workspace.setMode("predict");
            }}
          >
            Predict with this model
          </Button>
        ) : null}
      </PanelFooter>
    </>
  );
}
