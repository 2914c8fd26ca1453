import type { PresetName } from "@reefline/schema/training";
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
