import type { ModelCard } from "@reefline/schema/training";
import { formatCount } from "../_ui/formatNumbers.ts";
import { countText, durationText } from "./quantity.ts";

const length = (meters: number): string => `${meters < 10 ? Number(meters.toFixed(1)) : formatCount(meters)} m`;

/** A Dice score as one would say it to a colleague. */
export function diceInWords(dice: number): string {
  if (dice >= 0.9) return "Outlines reefs about as well as a second person would.";
  if (dice >= 0.8) return "Finds reefs well; edges and small patches need a look.";
  if (dice >= 0.65) return "Finds most reefs; expect to correct edges and false finds.";
  if (dice >= 0.4) return "Finds some reefs. More labels or a longer training will help.";
  return "Not usable yet. It needs more labels, or a longer training.";
}

export function splitInWords(split: ModelCard["split"]): string {
  const cells = `${countText(split.trainCells, "square", "squares")} of ${length(split.cellSizeMeters)} to train on, ${formatCount(split.validationCells)} set aside`;
  const gap = split.buffered ? `, at least ${length(split.bufferMeters)} apart` : "";
  return `The examined ground was cut into squares: ${cells}${gap} (${formatCount(split.trainChips)} and ${formatCount(split.validationChips)} image chips).`;
}

export function stoppedInWords(card: Pick<ModelCard, "epochs" | "bestEpoch" | "trainSeconds" | "stoppedBecause">): string {
  const why = {
    budget: "until its time was up",
    "early-stopping": "until it no longer improved",
    user: "until it was stopped",
  }[card.stoppedBecause];
  return `Trained for ${durationText(card.trainSeconds)} (${countText(card.epochs, "epoch", "epochs")}) ${why}. The weights of epoch ${card.bestEpoch} were the best and are kept.`;
}
