import type { EvaluationDetail, ShapeCounts } from "@reefline/schema/evaluation";

/** Counts of two pieces of ground judged as one. The fingerprints are joined by `join`. */
export function addDetails(a: EvaluationDetail, b: EvaluationDetail, join: (a: string, b: string) => string): EvaluationDetail {
  const sum = (x: readonly number[], y: readonly number[]) => x.map((value, i) => value + (y[i] ?? 0));
  return {
    reefByByte: sum(a.reefByByte, b.reefByByte),
    otherByByte: sum(a.otherByByte, b.otherByByte),
    toleranceMeters: a.toleranceMeters,
    leastReefM2: a.leastReefM2,
    shapes: a.shapes.map((shape, i) => addShapes(shape, b.shapes[i])),
    softBatchDice: { sum: a.softBatchDice.sum + b.softBatchDice.sum, batches: a.softBatchDice.batches + b.softBatchDice.batches },
    ground: join(a.ground, b.ground),
    truth: join(a.truth, b.truth),
  };
}

function addShapes(a: ShapeCounts, b: ShapeCounts | undefined): ShapeCounts {
  if (!b) return a;
  return {
    threshold: a.threshold,
    boundary: {
      predicted: a.boundary.predicted + b.boundary.predicted,
      predictedNear: a.boundary.predictedNear + b.boundary.predictedNear,
      labelled: a.boundary.labelled + b.boundary.labelled,
      labelledNear: a.boundary.labelledNear + b.boundary.labelledNear,
    },
    sizes: a.sizes.map((size, i) => {
      const other = b.sizes[i];
      if (!other) return size;
      return {
        fromM2: size.fromM2,
        labelled: size.labelled + other.labelled,
        found: size.found + other.found,
        labelledM2: size.labelledM2 + other.labelledM2,
        foundM2: size.foundM2 + other.foundM2,
        predicted: size.predicted + other.predicted,
        right: size.right + other.right,
      };
    }),
  };
}
