/** Places in one workflow, left to right. */
export const modes = ["label", "train", "predict", "review", "report"] as const;
export type Mode = (typeof modes)[number];

export const modeTitles: Record<Mode, string> = {
  label: "Label",
  train: "Train",
  predict: "Predict",
  review: "Review",
  report: "Report",
};

export function isMode(value: string | null): value is Mode {
  return modes.some((mode) => mode === value);
}
