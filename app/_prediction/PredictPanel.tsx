"use client";
import type { Polygon } from "@reefline/schema/feature";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ListChecks, ScanSearch, Sparkles } from "lucide-react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { requestDrawnArea } from "../_editor/drawRequest.ts";
import { isActive } from "../_jobs/jobSummary.ts";
import { useJobs } from "../_jobs/useJobs.ts";
import { ImportModel } from "../_models/ImportModel.tsx";
import { countText, scoreText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { EmptyState } from "../_ui/EmptyState.tsx";
import { Field } from "../_ui/Field.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Select } from "../_ui/Select.tsx";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { AdvancedOptions } from "./AdvancedOptions.tsx";
import { OutlineOptionsSection } from "./OutlineOptionsSection.tsx";
import { PredictionList } from "./PredictionList.tsx";
import { type AreaChoice, predictionForm, usePredictionForm } from "./predictionView.ts";
import { RunningPrediction } from "./RunningPrediction.tsx";
import { ThresholdSection } from "./ThresholdSection.tsx";
import { UncertaintySection } from "./UncertaintySection.tsx";
import { useOutlines } from "./useOutlines.ts";
import { usePredictions, useShownPrediction } from "./useShownPrediction.ts";
import { viewPolygon } from "./viewPolygon.ts";

const areaChoices: readonly { value: AreaChoice; label: string }[] = [
  { value: "survey", label: "Whole survey" },
  { value: "drawn", label: "Drawn area" },
  { value: "view", label: "This view" },
];

const verbs: Record<AreaChoice, string> = {
  survey: "Predict the survey",
  drawn: "Predict the drawn area",
  view: "Predict this view",
};

export function PredictPanel() {
  const survey = useWorkspace((state) => state.survey);
  const map = useWorkspace((state) => state.map);
  const { modelId, areaChoice, drawn, options } = usePredictionForm();
  const models = useQuery(trpc.models.list.queryOptions()).data;
  const jobs = useJobs();
  const predictions = usePredictions();
  const { prediction } = useShownPrediction();
  const { counts, total, computing, error } = useOutlines();
  const start = useMutation(
    trpc.predictions.start.mutationOptions({
      onSuccess: () => {
        void queryClient.invalidateQueries(trpc.predictions.list.queryFilter());
        void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
      },
    }),
  );

  if (!survey) return null;
  if (models && models.length === 0) {
    return (
      <PanelBody>
        <PanelHeader title="Predict" />
        <EmptyState
          icon={Sparkles}
          action={
            <div className="flex flex-wrap justify-center gap-2">
              <Button look="primary" onClick={() => workspace.setMode("train")}>
                Train a model
              </Button>
              <ImportModel onImported={predictionForm.chooseModel} />
            </div>
          }
        >
          There is no model yet. Train one on your labels, or import one that you have; it then finds reefs in the whole survey.
        </EmptyState>
      </PanelBody>
    );
  }

  const model = models?.find((one) => one.id === modelId) ?? models?.[0] ?? null;
  const running = predictions.flatMap((one) => {
    const job = jobs.find((candidate) => candidate.id === one.jobId);
    return job && isActive(job) ? [{ prediction: one, job }] : [];
  });
  const toReview = counts.open;

  const drawArea = async () => {
    const area = await requestDrawnArea("Draw the area to predict");
    if (area) predictionForm.setDrawn(area);
  };
  const areaToPredict = (): Polygon[] | null => {
    if (areaChoice === "drawn" && drawn) return [drawn];
    return areaChoice === "view" && map ? [viewPolygon(map)] : null;
  };
  const needsDrawing = areaChoice === "drawn" && !drawn;

  return (
    <>
      <PanelHeader title="Predict" hint="Looks for reefs with a trained model." />
      <PanelBody>
        {running.map(({ prediction: one, job }) => (
          <RunningPrediction key={one.id} job={job} />
        ))}
        <ThresholdSection />
        <UncertaintySection />
        <OutlineOptionsSection />
        {prediction ? (
          <PanelSection>
            {error ? (
              <Notice kind="error">{sentenceFor(error)}</Notice>
            ) : (
              <p className="text-ink-2 tabular-nums" aria-live="polite" data-testid="outline-count">
                {computing ? "Drawing outlines…" : `${countText(total, "predicted reef", "predicted reefs")}, ${toReview} not reviewed`}
              </p>
            )}
            <Button className="mt-2 w-full" icon={ListChecks} disabled={toReview === 0} onClick={() => workspace.setMode("review")}>
              {toReview > 0 ? `Review ${countText(toReview, "reef", "reefs")}` : "Nothing left to review"}
            </Button>
          </PanelSection>
        ) : null}
        <PanelSection title="Predict again" className="flex flex-col gap-3">
          <Field label="Model">
            {({ id }) => (
              <Select
                id={id}
                value={model?.id ?? ""}
                options={(models ?? []).map((one) => ({
                  value: one.id,
                  label: one.name,
                  hint: one.card.steps === 0 ? "imported" : `Dice ${scoreText((one.card.heldOut ?? one.card.validation).dice)}`,
                }))}
                onChange={predictionForm.chooseModel}
              />
            )}
          </Field>
          <ImportModel size="small" onImported={predictionForm.chooseModel} />
          <div className="flex flex-col gap-1">
            <span className="text-sm text-ink-2">Where</span>
            <Segmented label="Where to predict" value={areaChoice} options={areaChoices} onChange={predictionForm.chooseArea} />
          </div>
          {areaChoice === "drawn" && drawn ? (
            <Button size="small" className="self-start" onClick={() => void drawArea()}>
              Draw the area again
            </Button>
          ) : null}
          <AdvancedOptions />
        </PanelSection>
        <PredictionList />
      </PanelBody>
      <PanelFooter>
        {start.error ? <Notice kind="error">{sentenceFor(start.error)}</Notice> : null}
        <Button
          look="primary"
          size="large"
          icon={ScanSearch}
          busy={start.isPending}
          disabled={!model}
          onClick={() => {
            if (needsDrawing) void drawArea();
            else if (model) start.mutate({ surveyId: survey.id, modelId: model.id, area: areaToPredict(), threshold: null, options });
          }}
        >
          {needsDrawing ? "Draw the area to predict" : verbs[areaChoice]}
        </Button>
      </PanelFooter>
    </>
  );
}
