import { classSummary } from "@reefline/accuracy/classScores";
import type { ClassHistogram } from "../validation/classHistogram.ts";
import type { ScoreHistogram } from "../validation/scoreHistogram.ts";

/** What is compared to keep the best weights: Dice of reef, and where classes are told apart the mean of it and that of the classes. */
export function comparedDice(scores: ScoreHistogram, byClass: ClassHistogram | null): { dice: number; compared: number } {
  const { dice, threshold } = scores.bestThreshold(1);
  const meanDice = byClass && classSummary(byClass.countsAt(threshold, 1)).meanDice;
  return { dice, compared: meanDice === null ? dice : (dice + meanDice) / 2 };
}
