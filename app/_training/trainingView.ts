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
  /** Per cent of the training without improvement that end it; empty: the model's own. */
  patience: string;
  /** Per cent of the chips of empty ground that are aimed at rejected predictions. */
  rejectedShare: string;
  averaging: boolean;
  /** The encoder of best without what it learnt from ImageNet. */
  fromNothing: boolean;
  fromModelId: string | null;
  /** Classes of reef to tell apart, in the order in which they count where labels overlap; empty: reef or not. */
  classes: readonly string[];
  leaveOut: FoldPlan["by"] | "none";
  /** Empty: five blocks, or every group or survey. */
  foldCount: string;
  /** Per cent. */
  labelShare: string;
  /** Judge the model by leaving ground out part by part as well; null: where one number would not do. */
  check: boolean | null;
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
  patience: "",
  rejectedShare: "25",
  averaging: false,
  fromNothing: false,
  fromModelId: null,
  classes: [],
  leaveOut: "none",
  foldCount: "",
  labelShare: "100",
  check: null,
};

/** What the training panel shows; outlives a change of mode. */
export const useTrainingView = create<{
  form: TrainingForm;
  /** A run looked at; null: the form, unless one is under way. */
  openRunId: string | null;
  /** A comparison looked at. */
  openComparisonId: string | null;
  /** The form was asked for while a run is under way. */
  formAsked: boolean;
  checkingLabels: boolean;
  secondOpinion: "model" | "person";
  /** Of several checks the one looked at; null: the newest. */
  checkedRunId: string | null;
}>(() => ({
  form: untouchedForm,
  openRunId: null,
  openComparisonId: null,
  formAsked: false,
  checkingLabels: false,
  secondOpinion: "model",
  checkedRunId: null,
}));

export const trainingView = {
  change: (fields: Partial<TrainingForm>) => useTrainingView.setState((view) => ({ form: { ...view.form, ...fields } })),
  openRun: (openRunId: string | null) =>
    useTrainingView.setState({ openRunId, openComparisonId: null, checkingLabels: false, formAsked: openRunId === null }),
  openComparison: (openComparisonId: string) =>
    useTrainingView.setState({ openComparisonId, openRunId: null, checkingLabels: false, formAsked: false }),
  /** One run of the comparison that is looked at; back from it leads to the comparison. */
  openRunOfComparison: (openRunId: string) => useTrainingView.setState({ openRunId }),
  checkLabels: () => useTrainingView.setState({ checkingLabels: true, openRunId: null, openComparisonId: null }),
  closeLabelCheck: () => useTrainingView.setState({ checkingLabels: false, formAsked: true }),
  askOpinionOf: (secondOpinion: "model" | "person") => useTrainingView.setState({ secondOpinion }),
  chooseCheck: (checkedRunId: string) => useTrainingView.setState({ checkedRunId }),
};
