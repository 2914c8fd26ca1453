import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { AugmentationName, LossName, PresetName, ScheduleName } from "@reefline/schema/training";
import { create } from "zustand";

export interface TrainingForm {
  /** null: the survey on the map. */
  surveyIds: string[] | null;
  /** null: proposed from the survey's name. */
  name: string | null;
  /** null: the best there is here. */
  preset: PresetName | null;
  budgetKind: "minutes" | "epochs";
  minutes: string;
  epochs: string;
  seed: string;
  unsharp: boolean;
  /** Centimetres; empty: chosen by the preset. */
  gsdCentimeters: string;
  loss: LossName | "preset";
  schedule: ScheduleName | "preset";
  augmentation: AugmentationName | "preset";
  /** Empty: the model's own. */
  learningRate: string;
  /** Per cent; empty: the model's own. */
  reefShare: string;
  averaging: boolean;
  fromModelId: string | null;
  leaveOut: FoldPlan["by"] | "none";
  /** Empty: five blocks, or every group or survey. */
  foldCount: string;
  /** Per cent. */
  labelShare: string;
}

export const untouchedForm: TrainingForm = {
  surveyIds: null,
  name: null,
  preset: null,
  budgetKind: "minutes",
  minutes: "5",
  epochs: "30",
  seed: "1",
  unsharp: false,
  gsdCentimeters: "",
  loss: "preset",
  schedule: "preset",
  augmentation: "preset",
  learningRate: "",
  reefShare: "",
  averaging: false,
  fromModelId: null,
  leaveOut: "none",
  foldCount: "",
  labelShare: "100",
};

/** What the training panel shows; outlives a change of mode. */
export const useTrainingView = create<{
  form: TrainingForm;
  /** A run looked at; null: the form, unless one is under way. */
  openRunId: string | null;
  /** The form was asked for while a run is under way. */
  formAsked: boolean;
}>(() => ({ form: untouchedForm, openRunId: null, formAsked: false }));

export const trainingView = {
  change: (fields: Partial<TrainingForm>) => useTrainingView.setState((view) => ({ form: { ...view.form, ...fields } })),
  openRun: (openRunId: string | null) => useTrainingView.setState({ openRunId, formAsked: openRunId === null }),
};
