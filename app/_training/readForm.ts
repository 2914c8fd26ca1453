import { mostClasses } from "@reefline/schema/classes";
import { type PresetName, type TrainConfig, trainConfigSchema } from "@reefline/schema/training";
import type { TrainingForm } from "./trainingView.ts";

export interface ReadForm {
  config: TrainConfig | null;
  /** A sentence per field that cannot be used. */
  errors: Partial<
    Record<
      | "minutes"
      | "epochs"
      | "seed"
      | "gsdCentimeters"
      | "learningRate"
      | "reefShare"
      | "patience"
      | "rejectedShare"
      | "foldCount"
      | "labelShare"
      | "classes",
      string
    >
  >;
}

const numberOf = (text: string): number => Number(text.trim().replace(",", "."));

/**
 * The settings as the server takes them, or what is wrong with them in words.
 * @param bestHere what is trained when nothing was chosen
 * @param inPixels the surveys are photos, and the pixel size is in their pixels
 */
export function readForm(form: TrainingForm, bestHere: PresetName, inPixels = false): ReadForm {
  const errors: ReadForm["errors"] = {};
  const minutes = numberOf(form.minutes);
  const epochs = numberOf(form.epochs);
  const seed = numberOf(form.seed);
  const given = (text: string) => (text.trim() === "" ? null : numberOf(text));
  const gsd = given(form.gsdCentimeters);
  const learningRate = given(form.learningRate);
  const reefPercent = given(form.reefShare);
  if (form.budgetKind === "minutes" && !(minutes > 0 && minutes <= 24 * 60))
    errors.minutes = "Between a few seconds (0.1) and a day (1440).";
  if (form.budgetKind === "epochs" && !(Number.isInteger(epochs) && epochs >= 1 && epochs <= 2_000)) {
    errors.epochs = "A whole number from 1 to 2000.";
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)) errors.seed = "A whole number from 0 up.";
  if (gsd !== null && !(gsd > 0 && gsd <= 10_000))
    errors.gsdCentimeters = inPixels ? "A size above 0 px, or nothing." : "A size above 0 cm, or nothing.";
  if (learningRate !== null && !(learningRate > 0 && learningRate <= 1)) errors.learningRate = "Above 0, up to 1, such as 0.001.";
  if (reefPercent !== null && !(reefPercent >= 5 && reefPercent <= 95)) errors.reefShare = "From 5 to 95 %.";
  const patiencePercent = given(form.patience);
  if (patiencePercent !== null && !(patiencePercent > 0 && patiencePercent <= 100)) errors.patience = "Above 0, up to 100 %.";
  const rejectedPercent = numberOf(form.rejectedShare);
  if (!(rejectedPercent >= 0 && rejectedPercent <= 90)) errors.rejectedShare = "From 0 to 90 %.";
  const folds = given(form.foldCount);
  if (form.leaveOut !== "none" && folds !== null && !(Number.isInteger(folds) && folds >= 2 && folds <= 50))
    errors.foldCount = "A whole number from 2 to 50.";
  const labelPercent = numberOf(form.labelShare);
  if (!(labelPercent >= 1 && labelPercent <= 100)) errors.labelShare = "From 1 to 100 %.";
  if (form.classes.length === 1) errors.classes = "Choose at least two classes, or go back to reef or not.";
  if (form.classes.length > mostClasses) errors.classes = `At most ${mostClasses} classes can be told apart.`;
  if (Object.keys(errors).length > 0) return { config: null, errors };
  const config = trainConfigSchema.parse({
    preset: form.preset ?? bestHere,
    seed,
    budget: form.budgetKind === "minutes" ? { kind: "minutes", minutes } : { kind: "epochs", epochs },
    unsharp: form.unsharp,
    loss: form.loss === "preset" ? null : form.loss,
    schedule: form.schedule === "preset" ? null : form.schedule,
    augmentation: form.augmentation === "preset" ? null : form.augmentation,
    learningRate,
    reefShare: reefPercent === null ? null : reefPercent / 100,
    patience: patiencePercent === null ? null : patiencePercent / 100,
    rejectedShare: rejectedPercent / 100,
    averaging: form.averaging,
    pretrained: !form.fromNothing,
    fromModelId: form.fromModelId,
    classes: form.classes,
    folds: form.leaveOut === "none" ? null : { by: form.leaveOut, count: folds ?? (form.leaveOut === "blocks" ? 5 : null) },
    labelShare: labelPercent / 100,
    gsdMeters: gsd === null ? null : inPixels ? gsd : gsd / 100,
  });
  return { config, errors };
}

/** "Train for 5 minutes", "Train for 1 epoch": the primary button says what it will do. */
export function trainVerb(config: TrainConfig | null): string {
  if (!config) return "Train";
  if (config.folds) return "Check every label";
  if (config.budget.kind === "epochs") return `Train for ${config.budget.epochs} ${config.budget.epochs === 1 ? "epoch" : "epochs"}`;
  return `Train for ${config.budget.minutes} ${config.budget.minutes === 1 ? "minute" : "minutes"}`;
}

/** The survey's name, numbered when a model is called that already. */
export function proposeName(surveyName: string, taken: readonly string[]): string {
  const used = new Set(taken);
  if (!used.has(surveyName)) return surveyName;
  for (let number = 2; ; number++) if (!used.has(`${surveyName} ${number}`)) return `${surveyName} ${number}`;
}
