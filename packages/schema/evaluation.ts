import { z } from "zod";

const count = z.number().nonnegative();
const byByte = z.array(count).length(256);

/** Outlines near enough to each other, in pixels along them. */
export const boundaryCountsSchema = z.object({
  predicted: count.describe("pixels along predicted outlines"),
  predictedNear: count.describe("of those, with a labelled outline within the tolerance"),
  labelled: count.describe("pixels along labelled outlines"),
  labelledNear: count.describe("of those, with a predicted outline within the tolerance"),
});
export type BoundaryCounts = z.infer<typeof boundaryCountsSchema>;

/** Reefs of one size: from `fromM2` up to the next class. */
export const sizeClassCountsSchema = z.object({
  fromM2: z.number().nonnegative(),
  labelled: count.describe("labelled reefs of this size"),
  found: count.describe("of those, matched by a predicted reef"),
  labelledM2: count.describe("their ground"),
  foundM2: count.describe("of that ground, predicted as reef"),
  predicted: count.describe("predicted reefs of this size"),
  right: count.describe("of those, matched by a labelled reef"),
});
export type SizeClassCounts = z.infer<typeof sizeClassCountsSchema>;

/** What can be counted at one threshold beyond single pixels. */
export const shapeCountsSchema = z.object({
  threshold: z.number(),
  boundary: boundaryCountsSchema,
  sizes: z.array(sizeClassCountsSchema),
});
export type ShapeCounts = z.infer<typeof shapeCountsSchema>;

/**
 * Everything counted in one pass over held-out ground. Counts only: those of several surveys are added, and every number of a report
 * follows from them (packages/accuracy).
 */
export const evaluationDetailSchema = z.object({
  /** Pixels of labelled reef, and of other ground, by predicted byte; byte 0 is ground without a prediction. */
  reefByByte: byByte,
  otherByByte: byByte,
  /** How far apart two outlines may lie and count as the same. */
  toleranceMeters: z.number().nonnegative(),
  /** Reefs that cover less, labelled or predicted, are not counted one by one. */
  leastReefM2: z.number().nonnegative(),
  /** At 0.5 and at the chosen threshold. */
  shapes: z.array(shapeCountsSchema).min(1),
  /** The course's score: soft Dice with smooth 1, summed over batches of windows. */
  softBatchDice: z.object({ sum: count, batches: count }),
  /** Fingerprints of which pixels were counted, and of which of them are labelled reef. */
  ground: z.string(),
  truth: z.string(),
});
export type EvaluationDetail = z.infer<typeof evaluationDetailSchema>;
