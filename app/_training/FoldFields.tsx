"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { Field, NumberInput } from "../_ui/Field.tsx";
import { Select } from "../_ui/Select.tsx";
import type { ReadForm } from "./readForm.ts";
import { type TrainingForm, trainingView } from "./trainingView.ts";

const waysToLeaveOut = [
  { value: "none", label: "Train one model" },
  { value: "blocks", label: "Leave out blocks of ground" },
  { value: "groups", label: "Leave out photos by site and day" },
  { value: "surveys", label: "Leave out survey by survey" },
] as const;

/** What a training begins from and how it is judged: one model, or one for each part of the ground that is left out. */
export function FoldFields({ form, errors }: { form: TrainingForm; errors: ReadForm["errors"] }) {
  const models = useQuery(trpc.models.list.queryOptions()).data ?? [];
  const trained = models.filter(({ card }) => card.architecture.kind !== "imported-onnx");
  return (
    <>
      <Field label="Go on from" hint="A correction round: an earlier model learns your new labels, gently, and is set beside the new one.">
        {(ids) => (
          <Select
            id={ids.id}
            value={form.fromModelId ?? "none"}
            options={[{ value: "none", label: "No earlier model" }, ...trained.map(({ id, name }) => ({ value: id, label: name }))]}
            onChange={(id) =>
              trainingView.change(
                id === "none"
                  ? { fromModelId: null }
                  : { fromModelId: id, classes: trained.find((one) => one.id === id)?.card.classes ?? [] },
              )
            }
          />
        )}
      </Field>
      <Field label="Check every label" hint="Trains a model for each part left out, finds probable label errors, and keeps no model.">
        {(ids) => (
          <Select id={ids.id} value={form.leaveOut} options={waysToLeaveOut} onChange={(leaveOut) => trainingView.change({ leaveOut })} />
        )}
      </Field>
      {form.leaveOut === "none" ? null : (
        <Field label="Parts" error={errors.foldCount}>
          {(ids) => (
            <NumberInput
              {...ids}
              placeholder={form.leaveOut === "blocks" ? "5" : "all"}
              value={form.foldCount}
              onChange={(event) => trainingView.change({ foldCount: event.target.value })}
            />
          )}
        </Field>
      )}
      <Field label="Labels to learn from" error={errors.labelShare} hint="Less than all shows what more labels would bring.">
        {(ids) => (
          <NumberInput
            {...ids}
            unit="%"
            value={form.labelShare}
            onChange={(event) => trainingView.change({ labelShare: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
