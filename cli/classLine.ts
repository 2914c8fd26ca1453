import { classScores, classSummary } from "@reefline/accuracy/classScores";
import type { ClassCounts } from "@reefline/schema/classes";

/** How well classes were told apart on one piece of ground, in one line; none where none were. */
export function classLine(ground: string, counts: ClassCounts | undefined): string[] {
  if (!counts) return [];
  const { rightClass } = classSummary(counts);
  const scores = classScores(counts).map(({ name, labelledPx, predictedPx, dice }) =>
    labelledPx + predictedPx === 0 ? `${name} –` : `${name} ${dice.toFixed(3)}`,
  );
  const right = rightClass === null ? "" : `; of the reef that was found ${(100 * rightClass).toFixed(1)} % is called by its class`;
  return [`  ${ground} Dice of classes: ${scores.join(", ")}${right}`];
}
