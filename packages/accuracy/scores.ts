import type { BoundaryCounts, SizeClassCounts } from "@reefline/schema/evaluation";

/** How much of what was claimed is right, how much of what is there was found, and their harmonic mean. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Nothing there and nothing claimed is right: 1. Nothing claimed where there was something, or the other way round: 0. */
function scores(right: number, claimed: number, found: number, there: number): Scores {
  const precision = claimed === 0 ? (there === 0 ? 1 : 0) : right / claimed;
  const recall = there === 0 ? (claimed === 0 ? 1 : 0) : found / there;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

export function boundaryScores({ predicted, predictedNear, labelled, labelledNear }: BoundaryCounts): Scores {
  return scores(predictedNear, predicted, labelledNear, labelled);
}

export interface InstanceScores extends Scores {
  readonly labelled: number;
  readonly predicted: number;
  readonly matched: number;
}

/** Over all classes of size. */
export function instanceScores(sizes: readonly SizeClassCounts[]): InstanceScores {
  const sum = (of: (size: SizeClassCounts) => number) => sizes.reduce((total, size) => total + of(size), 0);
  const labelled = sum((size) => size.labelled);
  const predicted = sum((size) => size.predicted);
  const matched = sum((size) => size.found);
  return { ...scores(matched, predicted, matched, labelled), labelled, predicted, matched };
}
