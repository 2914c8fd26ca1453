"use client";
import type { TrainConfig } from "@reefline/schema/training";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { GraduationCap, SearchCheck } from "lucide-react";
import { useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { Button } from "../_ui/Button.tsx";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Field, NumberInput, TextInput } from "../_ui/Field.tsx";
import { Folded } from "../_ui/Folded.tsx";
import { lengthUnit } from "../_ui/lengthUnit.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { ClassFields } from "./ClassFields.tsx";
import { CompareRecipes } from "./CompareRecipes.tsx";
import { FoldFields } from "./FoldFields.tsx";
import { JudgingAdvice } from "./JudgingAdvice.tsx";
import { ReadinessNotice } from "./ReadinessNotice.tsx";
import { RecipeFields } from "./RecipeFields.tsx";
import { RunList } from "./RunList.tsx";
import { proposeName, readForm, trainVerb } from "./readForm.ts";
import { trainingView, useTrainingView } from "./trainingView.ts";

const budgets = [
  { value: "minutes", label: "Minutes" },
  { value: "epochs", label: "Epochs" },
] as const;

const presets = [
  { value: "best", label: "Best" },
  { value: "fast", label: "Fast" },
  { value: "course", label: "Course" },
] as const;
const presetHints = {
  best: "A network that has seen a million photos already: needs the fewest labels.",
  fast: "A small network that begins from nothing: predicts fastest.",
  course: "The residual U-Net of the course on shellfish reefs, with its loss, filter and augmentation.",
} as const;

/** Of a configuration what decides how a model is judged; the rest may change without asking again. */
const judged = (config: TrainConfig | null) =>
  config ? { preset: config.preset, seed: config.seed, gsdMeters: config.gsdMeters, classes: config.classes } : {};

export function TrainForm() {
  const survey = useWorkspace((state) => state.survey);
  const form = useTrainingView((view) => view.form);
  // Opened by what is wrong in it, it stays open once that is put right.
  const [advancedOpen, setAdvancedOpen] = useState(false);
  const surveys = (useQuery(trpc.surveys.list.queryOptions()).data ?? []).filter((one) => one.image !== null);
  const models = useQuery(trpc.models.list.queryOptions()).data ?? [];
  const runs = useQuery(trpc.runs.list.queryOptions({})).data ?? [];
  const chosen = form.surveyIds ?? (survey ? [survey.id] : []);
  const readiness = useQuery({
    ...trpc.runs.readiness.queryOptions({ surveyIds: chosen, classes: [...form.classes] }),
    enabled: chosen.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const start = useMutation(
    trpc.runs.start.mutationOptions({
      onSuccess: (run) => {
        void queryClient.invalidateQueries(trpc.runs.list.queryFilter());
        void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
        trainingView.change({ name: null });
        trainingView.openRun(run.id);
      },
    }),
  );
  const encoder = useQuery(trpc.system.status.queryOptions()).data?.encoder;
  const bestHere = encoder === false ? "fast" : "best";
  const { config, errors } = readForm(form, bestHere, lengthUnit() === "pixels");
  const name = form.name ?? proposeName(survey?.name ?? "Reef", [...models.map((model) => model.name), ...runs.map((run) => run.name)]);
  const ready = readiness.data?.ready === true && config !== null && name.trim() !== "";
  const advancedWrong =
    errors.epochs ||
    errors.seed ||
    errors.gsdCentimeters ||
    errors.learningRate ||
    errors.reefShare ||
    errors.foldCount ||
    errors.labelShare ||
    errors.classes;

  const judging = useQuery({
    ...trpc.runs.judging.queryOptions({ surveyIds: chosen, config: judged(config) }),
    enabled: ready && config.folds === null,
    placeholderData: keepPreviousData,
    staleTime: 0,
  }).data;
  const advice = ready && config.folds === null && judging?.way === "folds" ? judging : null;
  const check = advice?.plan && form.check !== false ? advice.plan : null;

  const toggle = (id: string, on: boolean) =>
    trainingView.change({ surveyIds: on ? [...chosen, id] : chosen.filter((other) => other !== id) });

  return (
    <form
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && config) start.mutate({ name: name.trim(), surveyIds: chosen, config, check });
      }}
    >
      <PanelHeader title="Train" hint="A model learns from your labels inside the examined areas, then finds reefs in the rest." />
      <PanelBody>
        <PanelSection title="Learn from">
          <fieldset className="mb-2">
            <legend className="sr-only">Surveys to learn from</legend>
            {surveys.map((one) => (
              <Checkbox key={one.id} checked={chosen.includes(one.id)} onChange={(on) => toggle(one.id, on)}>
                {one.name}
              </Checkbox>
            ))}
          </fieldset>
          {readiness.data ? <ReadinessNotice readiness={readiness.data} /> : null}
          {chosen.length === 0 ? <Notice kind="attention">Choose at least one survey to train on.</Notice> : null}
          {readiness.error ? <Notice kind="error">{sentenceFor(readiness.error)}</Notice> : null}
        </PanelSection>
        <PanelSection title="Model" className="flex flex-col gap-3">
          <Field label="Name">
            {(ids) => (
              <TextInput {...ids} value={name} maxLength={120} onChange={(event) => trainingView.change({ name: event.target.value })} />
            )}
          </Field>
          <div className="flex flex-col gap-1">
            <span className="text-sm text-ink-2">Begin from</span>
            <Segmented
              label="Begin from"
              value={form.preset ?? bestHere}
              options={presets}
              onChange={(preset) => trainingView.change({ preset })}
            />
            <p className="text-sm text-ink-3">{presetHints[form.preset ?? bestHere]}</p>
          </div>
          {form.budgetKind === "minutes" ? (
            <Field
              label="Time to train"
              error={errors.minutes}
              hint="Longer is better up to a point; it stops early when it no longer improves."
            >
              {(ids) => (
                <NumberInput
                  {...ids}
                  unit="min"
                  value={form.minutes}
                  onChange={(event) => trainingView.change({ minutes: event.target.value })}
                />
              )}
            </Field>
          ) : null}
          {advice && config ? <JudgingAdvice judging={advice} config={config} checked={check !== null} /> : null}
          <Folded
            name="Advanced"
            open={advancedOpen || Boolean(advancedWrong)}
            onToggle={(event) => setAdvancedOpen(event.currentTarget.open)}
          >
            <div className="mt-2 flex flex-col gap-3">
              <div className="flex flex-col gap-1">
                <span className="text-sm text-ink-2">Limit by</span>
                <Segmented
                  label="Limit by"
                  value={form.budgetKind}
                  options={budgets}
                  onChange={(budgetKind) => trainingView.change({ budgetKind })}
                />
              </div>
              {form.budgetKind === "epochs" ? (
                <Field label="Epochs" error={errors.epochs} hint="One epoch is one pass over the training ground.">
                  {(ids) => (
                    <NumberInput {...ids} value={form.epochs} onChange={(event) => trainingView.change({ epochs: event.target.value })} />
                  )}
                </Field>
              ) : null}
              <ClassFields chosen={form.classes} labelled={readiness.data?.classes ?? []} error={errors.classes} />
              <div className="grid grid-cols-2 gap-3">
                <Field label="Seed" error={errors.seed}>
                  {(ids) => (
                    <NumberInput {...ids} value={form.seed} onChange={(event) => trainingView.change({ seed: event.target.value })} />
                  )}
                </Field>
                <Field label="Pixel size" error={errors.gsdCentimeters}>
                  {(ids) => (
                    <NumberInput
                      {...ids}
                      unit={lengthUnit() === "pixels" ? "px" : "cm"}
                      placeholder="auto"
                      value={form.gsdCentimeters}
                      onChange={(event) => trainingView.change({ gsdCentimeters: event.target.value })}
                    />
                  )}
                </Field>
              </div>
              <Switch
                checked={form.unsharp}
                onChange={(unsharp) => trainingView.change({ unsharp })}
                label="Sharpen the image"
                hint="Unsharp mask, in training and prediction alike"
              />
              <FoldFields form={form} errors={errors} />
              <RecipeFields
                form={form}
                errors={errors}
                surveyIds={chosen}
                config={ready ? config : null}
                preset={form.preset ?? bestHere}
              />
              <CompareRecipes name={name.trim()} surveyIds={chosen} config={ready ? config : null} hasEncoder={bestHere === "best"} />
            </div>
          </Folded>
        </PanelSection>
        <PanelSection title="Are the labels right?">
          <Button size="small" icon={SearchCheck} onClick={trainingView.checkLabels}>
            Check the labels
          </Button>
        </PanelSection>
        <RunList />
      </PanelBody>
      <PanelFooter>
        {start.error ? <Notice kind="error">{sentenceFor(start.error)}</Notice> : null}
        <Button type="submit" look="primary" size="large" icon={GraduationCap} disabled={!ready} busy={start.isPending}>
          {trainVerb(config)}
        </Button>
      </PanelFooter>
    </form>
  );
}
