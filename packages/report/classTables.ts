import { classScores, classSummary } from "@reefline/accuracy/classScores";
import { classColours } from "@reefline/schema/classColours";
import type { ClassCounts } from "@reefline/schema/classes";
import { table } from "./metricTables.ts";
import type { LengthUnit } from "./reportDocument.ts";

const score = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const count = (value: number) => Math.round(value).toLocaleString("en-GB");

/** What ground without reef is called in tables. */
export const notReef = "no reef";

/** Scores of every class and what was called what, as they follow from the counts. */
export function classTables(counts: ClassCounts, unit: LengthUnit): string {
  const colours = classColours(counts.classes);
  const square = unit === "px" ? "px" : "m²";
  const area = (value: number) => `${Number(value.toPrecision(4)).toLocaleString("en-GB")} ${square}`;
  const scores = classScores(counts);
  const hasAreas = scores.every(({ areaM2 }) => areaM2 !== null);
  const rows = scores.map(({ name, dice, iou, precision, recall, areaM2 }) => [
    name,
    score(dice),
    score(iou),
    score(precision),
    score(recall),
    ...(hasAreas && areaM2 ? [area(areaM2.labelled), area(areaM2.predicted)] : []),
  ]);
  const names = [notReef, ...counts.classes];
  const called = counts.pixels.map((row, truth) => [names[truth] ?? "", ...row.map(count)]);
  const swatch = (name: string) => (colours.has(name) ? `<span class="swatch" style="background:${colours.get(name)}"></span>` : "");
  return `<h3>By class</h3><p>${classSentence(counts)}</p>${table(
    ["Class", "Dice (F1)", "IoU", "Precision", "Recall", ...(hasAreas ? ["labelled", "predicted"] : [])],
    rows,
    "numbers",
    swatch,
  )}<h3>What was called what</h3>${table(["labelled ↓ predicted →", ...names], called, "numbers", swatch)}<p class="quiet">Pixels whose class is known; labels of other classes, and unsure ground, are left out.</p>`;
}

/** How well classes were told apart, in one sentence or two. */
export function classSentence(counts: ClassCounts): string {
  const { meanDice, meanIou, rightClass } = classSummary(counts);
  if (meanDice === null) return "No label there is of a class that is told apart.";
  const right =
    rightClass === null
      ? "None of it was found."
      : `Of the reef that was found, ${(100 * rightClass).toFixed(1)} % was given its right class.`;
  return `Mean over the labelled classes: Dice ${score(meanDice)}, IoU ${score(meanIou)}. ${right}`;
}
