"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowLeft, FileInput, SearchCheck } from "lucide-react";
import { useRef } from "react";
import { trpc } from "../_api/api.ts";
import { isActive, progressSentence } from "../_jobs/jobSummary.ts";
import { useJobs } from "../_jobs/useJobs.ts";
import { Button } from "../_ui/Button.tsx";
import { Field } from "../_ui/Field.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { Select } from "../_ui/Select.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { AgreementView } from "./AgreementView.tsx";
import { compareLabels } from "./compareLabels.ts";
import { LabelErrors } from "./LabelErrors.tsx";
import { trainingView, useTrainingView } from "./trainingView.ts";

const opinions = [
  { value: "model", label: "A model that had not seen them" },
  { value: "person", label: "Another person’s file" },
] as const;

/** A second opinion on the labels: where a model that had not seen them, or another person, says otherwise. */
export function LabelCheck() {
  const opinion = useTrainingView((view) => view.secondOpinion);
  return (
    <>
      <div className="-mb-3 px-2 pt-2.5">
        <Button look="quiet" size="small" icon={ArrowLeft} onClick={trainingView.closeLabelCheck}>
          Train a model
        </Button>
      </div>
      <PanelHeader title="Check the labels" hint="A model is no better than what it learns from, nor is its score." />
      <PanelBody>
        <PanelSection>
          <Field label="Compare the labels with">
            {({ id }) => <Select id={id} value={opinion} options={opinions} onChange={trainingView.askOpinionOf} />}
          </Field>
        </PanelSection>
        {opinion === "model" ? <ByModel /> : <ByPerson />}
      </PanelBody>
    </>
  );
}

function ByModel() {
  const surveyId = useWorkspace((state) => state.surveyId);
  const runs = useQuery({ ...trpc.runs.list.queryOptions({ surveyId: surveyId ?? undefined }), enabled: surveyId !== null }).data ?? [];
  const jobs = useJobs();
  const folded = runs.filter(({ config }) => config.folds !== null);
  const chosen = useTrainingView((view) => view.checkedRunId);
  const run = folded.find(({ id }) => id === chosen) ?? folded[0] ?? null;
  const result = useQuery({ ...trpc.runs.crossValidation.queryOptions({ id: run?.id ?? "" }), enabled: run !== null }).data;
  const job = jobs.find(({ id }) => id === run?.jobId);
  const checkAll = (
    <Button
      size="small"
      look={run ? "secondary" : "primary"}
      icon={SearchCheck}
      className="w-fit"
      onClick={() => {
        trainingView.change({ leaveOut: "blocks" });
        trainingView.closeLabelCheck();
      }}
    >
      {run ? "Check them again" : "Have every label checked"}
    </Button>
  );
  if (!run) {
    return (
      <PanelSection className="flex flex-col gap-3">
        <p className="text-ink-2">
          No model has looked at these labels yet. The ground is left out part by part; each part is predicted by a model that learned from
          the others, so none has seen the label it judges.
        </p>
        {checkAll}
      </PanelSection>
    );
  }
  return (
    <>
      <PanelSection className="flex flex-col gap-3">
        {folded.length > 1 ? (
          <Field label="Check">
            {({ id }) => (
              <Select
                id={id}
                value={run.id}
                options={folded.map((one) => ({ value: one.id, label: one.name }))}
                onChange={trainingView.chooseCheck}
              />
            )}
          </Field>
        ) : null}
        {job && isActive(job) ? (
          <div>
            <p className="mb-2 text-ink-2 tabular-nums">{progressSentence(job)}</p>
            <Progress fraction={job.progress?.fraction ?? null} label="Checking the labels" />
          </div>
        ) : null}
        {checkAll}
      </PanelSection>
      {result ? <LabelErrors key={run.id} runId={run.id} count={result.disagreementCount} /> : null}
    </>
  );
}

function ByPerson() {
  const surveyId = useWorkspace((state) => state.surveyId);
  const picker = useRef<HTMLInputElement>(null);
  const compare = useMutation({ mutationFn: (file: File) => compareLabels(file, surveyId ?? "") });
  return (
    <>
      <PanelSection className="flex flex-col gap-3">
        <p className="text-ink-2">
          Choose the file of somebody who labelled the same ground. It is compared inside the examined areas and not imported. How far two
          people agree is as far as any model can be expected to.
        </p>
        <input
          ref={picker}
          type="file"
          accept=".json,.geojson"
          className="sr-only"
          tabIndex={-1}
          aria-label="The second labeller’s file"
          data-testid="second-labeller"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) compare.mutate(file);
            target.value = "";
          }}
        />
        <Button
          size="small"
          look={compare.data ? "secondary" : "primary"}
          icon={FileInput}
          className="w-fit"
          busy={compare.isPending}
          onClick={() => picker.current?.click()}
        >
          {compare.data ? "Choose another file" : "Choose the second labeller’s file"}
        </Button>
        {compare.isPending ? <p className="text-sm text-ink-3">Counting every examined pixel…</p> : null}
        {compare.error ? <Notice kind="error">{compare.error.message}</Notice> : null}
      </PanelSection>
      {compare.data ? <AgreementView key={compare.submittedAt} agreement={compare.data} fileName={compare.variables?.name ?? ""} /> : null}
    </>
  );
}
