import type { Metrics, ModelCard } from "@reefline/schema/training";
import { formatCount } from "../_ui/formatNumbers.ts";
import { countText, durationText, percentText } from "./quantity.ts";

const length = (meters: number, sign: string): string => `${meters < 10 ? Number(meters.toFixed(1)) : formatCount(meters)} ${sign}`;

/** What was found and what of it was right, in plain words; no verdict that the numbers do not carry. */
export function scoresInWords({ tp, fp, fn, recall, precision }: Pick<Metrics, "tp" | "fp" | "fn" | "recall" | "precision">): string {
  if (tp + fn === 0) return "There was no labelled reef where it was measured, so these scores say little.";
  if (tp + fp === 0) return "It called nothing reef where it was measured. It needs more labels, or a longer training.";
  return `It found ${percentText(recall)} of the labelled reef ground; ${percentText(precision)} of what it called reef was labelled reef.`;
}

export function splitInWords(split: ModelCard["split"], unit?: ModelCard["unit"]): string {
  const sign = unit === "pixels" ? "px" : "m";
  const cells = `${countText(split.trainCells, "square", "squares")} of ${length(split.cellSizeMeters, sign)} to train on, ${formatCount(split.validationCells)} set aside`;
  const gap = split.buffered ? `, at least ${length(split.bufferMeters, sign)} apart` : "";
  return `The examined ground was cut into squares: ${cells}${gap} (${formatCount(split.trainChips)} and ${formatCount(split.validationChips)} image chips).`;
}

export function stoppedInWords(card: Pick<ModelCard, "epochs" | "bestEpoch" | "trainSeconds" | "stoppedBecause" | "config">): string {
  const budgetWords = card.config.budget.kind === "minutes" ? "until its time was up" : "as many epochs as asked for";
  const why = {
    budget: budgetWords,
    "early-stopping": "until it no longer got better on the ground set aside",
    user: "until it was stopped",
  }[card.stoppedBecause];
  return `Trained for ${durationText(card.trainSeconds)} (${countText(card.epochs, "epoch", "epochs")}) ${why}. The weights of epoch ${card.bestEpoch} were the best and are kept.`;
}
