"use client";
import type { PresetName, TrainConfig } from "@reefline/schema/training";
import { Field, NumberInput } from "../_ui/Field.tsx";
import { Select } from "../_ui/Select.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { ChipPreview } from "./ChipPreview.tsx";
import { RateTest } from "./RateTest.tsx";
import type { ReadForm } from "./readForm.ts";
import { type TrainingForm, trainingView } from "./trainingView.ts";

const losses = [
  { value: "preset", label: "As the model has it" },
  { value: "bce-dice", label: "Cross-entropy and Dice" },
  { value: "dice", label: "Soft Dice", hint: "for rare reef" },
  { value: "bce", label: "Cross-entropy" },
  { value: "focal", label: "Focal", hint: "minds hard pixels" },
  { value: "tversky", label: "Tversky", hint: "finds more, claims more" },
  { value: "boundary", label: "Boundary-aware", hint: "minds outlines" },
] as const;

const schedules = [
  { value: "preset", label: "As the model has it" },
  { value: "one-cycle", label: "One cycle" },
  { value: "cosine", label: "Cosine" },
  { value: "triangular", label: "Cyclical" },
  { value: "plateau", label: "Cut on plateaus" },
  { value: "constant", label: "Constant" },
] as const;

const augmentations = [
  { value: "preset", label: "As the model has it" },
  { value: "full", label: "Any turn, zoom, colour" },
  { value: "flips", label: "Mirrored, quarter turns" },
  { value: "course", label: "As in the course" },
  { value: "none", label: "None" },
] as const;

/** How a training goes about it: for those who know why. */
export function RecipeFields({
  form,
  errors,
  surveyIds,
  config,
  preset,
}: {
  form: TrainingForm;
  errors: ReadForm["errors"];
  surveyIds: readonly string[];
  /** null: what is chosen cannot be trained yet. */
  config: TrainConfig | null;
  preset: PresetName;
}) {
  return (
    <>
      <Field label="Loss">
        {(ids) => <Select id={ids.id} value={form.loss} options={losses} onChange={(loss) => trainingView.change({ loss })} />}
      </Field>
      <Field label="Learning rate over time">
        {(ids) => (
          <Select id={ids.id} value={form.schedule} options={schedules} onChange={(schedule) => trainingView.change({ schedule })} />
        )}
      </Field>
      <Field label="Chips are varied">
        {(ids) => (
          <Select
            id={ids.id}
            value={form.augmentation}
            options={augmentations}
            onChange={(augmentation) => trainingView.change({ augmentation })}
          />
        )}
      </Field>
      <ChipPreview surveyIds={surveyIds} config={config} />
      <div className="grid grid-cols-2 items-start gap-3">
        <Field label="Highest rate" error={errors.learningRate}>
          {(ids) => (
            <NumberInput
              {...ids}
              placeholder="auto"
              value={form.learningRate}
              onChange={(event) => trainingView.change({ learningRate: event.target.value })}
            />
          )}
        </Field>
        <Field label="Chips with reef" error={errors.reefShare}>
          {(ids) => (
            <NumberInput
              {...ids}
              unit="%"
              placeholder="auto"
              value={form.reefShare}
              onChange={(event) => trainingView.change({ reefShare: event.target.value })}
            />
          )}
        </Field>
        <Field label="Patience" hint="Ends after so much of it without gain" error={errors.patience}>
          {(ids) => (
            <NumberInput
              {...ids}
              unit="%"
              placeholder="auto"
              value={form.patience}
              onChange={(event) => trainingView.change({ patience: event.target.value })}
            />
          )}
        </Field>
        <Field label="Rejected seen again" hint="Of the chips without reef" error={errors.rejectedShare}>
          {(ids) => (
            <NumberInput
              {...ids}
              unit="%"
              value={form.rejectedShare}
              onChange={(event) => trainingView.change({ rejectedShare: event.target.value })}
            />
          )}
        </Field>
      </div>
      <RateTest surveyIds={surveyIds} config={config} />
      <Switch
        checked={form.averaging}
        onChange={(averaging) => trainingView.change({ averaging })}
        label="Average the weights"
        hint="A running mean over the last steps is kept and judged"
      />
      {preset === "best" && form.fromModelId === null ? (
        <Switch
          checked={form.fromNothing}
          onChange={(fromNothing) => trainingView.change({ fromNothing })}
          label="Begin from nothing"
          hint="Without the million photos: shows what they are worth"
        />
      ) : null}
    </>
  );
}
