import type { ClassCounts } from "@reefline/schema/classes";
import { AppError } from "@reefline/schema/errors";

/** How well one class of reef was told, from everything else: other classes and ground without reef alike. */
export interface ClassScore {
  readonly name: string;
  /** Pixels labelled, called so, and both. */
  readonly labelledPx: number;
  readonly predictedPx: number;
  readonly rightPx: number;
  readonly dice: number;
  readonly iou: number;
  readonly precision: number;
  readonly recall: number;
  /** Geodesic m²; null where only pixels are known. */
  readonly areaM2: { readonly labelled: number; readonly predicted: number } | null;
}

export interface ClassSummary {
  /** Means over the classes that are labelled; null when none is. */
  readonly meanDice: number | null;
  readonly meanIou: number | null;
  /** Of labelled reef that was found to be reef, the share that was called by its class; null when none was found. */
  readonly rightClass: number | null;
}

export function noClassCounts(classes: readonly string[]): ClassCounts {
  const side = 1 + classes.length;
  return { classes: [...classes], pixels: Array.from({ length: side }, () => new Array<number>(side).fill(0)) };
}

/**
 * The scores of every class, in the order of the counts. A class that is neither labelled nor predicted was told without fault: 1. One that
 * is labelled and never predicted, or the other way round, scores 0 (as scikit-learn does with `zero_division=0`).
 */
export function classScores({ classes, pixels, areaM2 }: ClassCounts): ClassScore[] {
  return classes.map((name, index) => {
    const k = index + 1;
    const rightPx = at(pixels, k, k);
    const labelledPx = rowSum(pixels, k);
    const predictedPx = columnSum(pixels, k);
    const isAbsent = labelledPx + predictedPx === 0;
    const ratio = (whole: number) => (isAbsent ? 1 : whole === 0 ? 0 : rightPx / whole);
    return {
      name,
      labelledPx,
      predictedPx,
      rightPx,
      dice: ratio((labelledPx + predictedPx) / 2),
      iou: ratio(labelledPx + predictedPx - rightPx),
      precision: ratio(predictedPx),
      recall: ratio(labelledPx),
      areaM2: areaM2 ? { labelled: rowSum(areaM2, k), predicted: columnSum(areaM2, k) } : null,
    };
  });
}

export function classSummary(counts: ClassCounts): ClassSummary {
  const labelled = classScores(counts).filter(({ labelledPx }) => labelledPx > 0);
  const mean = (of: (score: ClassScore) => number) =>
    labelled.length === 0 ? null : labelled.reduce((sum, score) => sum + of(score), 0) / labelled.length;
  const found = counts.classes.reduce((sum, _, i) => sum + rowSum(counts.pixels, i + 1) - at(counts.pixels, i + 1, 0), 0);
  const right = counts.classes.reduce((sum, _, i) => sum + at(counts.pixels, i + 1, i + 1), 0);
  return { meanDice: mean(({ dice }) => dice), meanIou: mean(({ iou }) => iou), rightClass: found === 0 ? null : right / found };
}

/**
 * Counts of two pieces of ground together; areas only where both have them.
 * @throws AppError "accuracy/classes-differ" when they are of other classes, or in another order
 */
export function addClassCounts(a: ClassCounts, b: ClassCounts): ClassCounts {
  if (a.classes.length !== b.classes.length || a.classes.some((name, i) => name !== b.classes[i])) {
    throw new AppError(
      "bad-input",
      "accuracy/classes-differ",
      `Counts of ${a.classes.join(", ")} and of ${b.classes.join(", ")} cannot be added. Judge models of the same classes together.`,
    );
  }
  const sum = (x: number[][], y: number[][]) => x.map((row, i) => row.map((value, j) => value + at(y, i, j)));
  return {
    classes: a.classes,
    pixels: sum(a.pixels, b.pixels),
    ...(a.areaM2 && b.areaM2 ? { areaM2: sum(a.areaM2, b.areaM2) } : {}),
  };
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}

function rowSum(table: readonly (readonly number[])[], row: number): number {
  return (table[row] ?? []).reduce((sum, value) => sum + value, 0);
}

function columnSum(table: readonly (readonly number[])[], column: number): number {
  return table.reduce((sum, row) => sum + (row[column] ?? 0), 0);
}
