"use client";
import { useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import { useState } from "react";
import { trpc } from "../_api/api.ts";
import { ExportButton } from "../_export/ExportButton.tsx";
import { ExportModelMenu } from "../_models/ExportModelMenu.tsx";
import { areaAtThreshold, predictedGroundM2 } from "../_prediction/areaAtThreshold.ts";
import { ClassAreas } from "../_prediction/ClassAreas.tsx";
import { useOutlines } from "../_prediction/useOutlines.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { HeldOutSection } from "../_review/HeldOutSection.tsx";
import { PartByPart } from "../_training/PartByPart.tsx";
import { Button } from "../_ui/Button.tsx";
import { EmptyState } from "../_ui/EmptyState.tsx";
import { Field } from "../_ui/Field.tsx";
import { formatArea } from "../_ui/formatNumbers.ts";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Select } from "../_ui/Select.tsx";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { AreaSampleSection } from "./AreaSampleSection.tsx";
import { ModelCardView } from "./ModelCardView.tsx";
import { percentText } from "./quantity.ts";
import { ReportDetails } from "./ReportDetails.tsx";
import { ReportLinks } from "./ReportLinks.tsx";
import { ZoneSection } from "./ZoneSection.tsx";

/** The number a paper or a permit needs, what stands behind it, and what does not. */
function ReefArea() {
  const survey = useWorkspace((state) => state.survey);
  const { prediction, threshold } = useShownPrediction();
  const { hiddenAreas } = useOutlines();
  if (!prediction || !survey) return null;
  const reefM2 = areaAtThreshold(prediction.raster.areaHistogramM2, threshold);
  const groundM2 = predictedGroundM2(prediction.raster.areaHistogramM2);
  const reef = formatArea(reefM2);
  const ground = formatArea(groundM2);
  return (
    <PanelSection>
      <p className="text-2xl font-semibold tracking-[-0.02em] text-ink tabular-nums">
        {reef.value} <span className="text-lg font-normal text-ink-3">{reef.unit} of reef</span>
      </p>
      <p className="mt-1 text-ink-2">
        predicted on {survey.name}, {groundM2 > 0 ? percentText(reefM2 / groundM2) : "0 %"} of {ground.value} {ground.unit} of ground,
        counting what is at least {percentText(threshold)} sure.
        {hiddenAreas.length > 0 ? " Held-out ground counts too, though its outlines stay hidden until its labels are locked." : ""}
      </p>
      <ClassAreas prediction={prediction} threshold={threshold} />
      <p className="mt-1.5 text-sm text-ink-3">
        As mapped, without an error bar: a hand-drawn held-out area shows how good the outlines are, but cannot bound the area.
      </p>
    </PanelSection>
  );
}

export function ReportPanel() {
  const models = useQuery(trpc.models.list.queryOptions()).data;
  const { prediction } = useShownPrediction();
  const [chosen, setChosen] = useState<string | null>(null);
  const model = models?.find((one) => one.id === chosen) ?? models?.find((one) => one.id === prediction?.modelId) ?? models?.[0] ?? null;

  if (models && !model) {
    return (
      <PanelBody>
        <PanelHeader title="Report" />
        <EmptyState
          icon={FileText}
          action={
            <Button look="primary" onClick={() => workspace.setMode("train")}>
              Train a model
            </Button>
          }
        >
          There is nothing to report before a model has been trained.
        </EmptyState>
      </PanelBody>
    );
  }
  return (
    <>
      <PanelHeader title="Report" hint="How much reef, and how far to trust it." />
      <PanelBody>
        <ReefArea />
        <AreaSampleSection />
        <HeldOutSection />
        <ZoneSection />
        {model && models ? (
          <>
            <PanelSection>
              <Field label="Model">
                {({ id }) => (
                  <Select
                    id={id}
                    value={model.id}
                    options={models.map((one) => ({ value: one.id, label: one.name }))}
                    onChange={setChosen}
                  />
                )}
              </Field>
            </PanelSection>
            <ReportLinks key={model.id} model={model} models={models} />
            {model.runId ? <PartByPart runId={model.runId} brief /> : null}
            <ModelCardView card={model.card} />
            {model.card.architecture.kind === "imported-onnx" ? null : (
              <PanelSection title="Use it elsewhere">
                <ExportModelMenu modelId={model.id} />
              </PanelSection>
            )}
            <ReportDetails key={`details ${model.id}`} modelId={model.id} />
          </>
        ) : null}
      </PanelBody>
      <PanelFooter>
        <ExportButton />
      </PanelFooter>
    </>
  );
}
