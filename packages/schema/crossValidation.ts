import { z } from "zod";
import { polygonSchema } from "./feature.ts";
import { foldPlanSchema } from "./foldPlan.ts";
import { idSchema } from "./ids.ts";
import { evaluationSchema } from "./training.ts";

/** Ground where labels and a second opinion confidently disagree. */
export const disagreementSchema = z.object({
  surveyId: idSchema,
  /** unlabelled: the other says reef, the label does not; doubtful: labelled, and the other says there is none; other-class: reef by both. */
  kind: z.enum(["unlabelled", "doubtful", "other-class"]),
  /** Of other-class: what the label says, and what the other says. */
  classes: z.object({ labelled: z.string(), told: z.string() }).nullable().default(null),
  geometry: polygonSchema,
  areaM2: z.number(),
  /** The other's mean probability of reef on this ground. */
  probability: z.number(),
});
export type Disagreement = z.infer<typeof disagreementSchema>;

export const foldResultSchema = z.object({
  /** What was left out: "part 2", a group's or a survey's name. */
  name: z.string(),
  /** null when nothing left out in this fold could be counted. */
  heldOut: evaluationSchema.nullable(),
  /** Chosen on this fold's own validation ground. */
  threshold: z.number(),
  validationDice: z.number(),
  epochs: z.number(),
  trainSeconds: z.number(),
  /** false: the ground was too small to keep training and validation apart. */
  buffered: z.boolean(),
  bufferMeters: z.number(),
  plannedFolds: z.number(),
  /** Side of the blocks; null for groups and surveys. */
  blockMeters: z.number().nullable(),
});
export type FoldResult = z.infer<typeof foldResultSchema>;

/** What a run with folds leaves: every labelled place predicted once, by a model that had not seen it. */
export const crossValidationSchema = z.object({
  plan: foldPlanSchema,
  /** Fewer than planned when it was stopped. */
  plannedFolds: z.number(),
  folds: z.array(foldResultSchema),
  /** Counts of all folds, each at its own threshold. */
  pooled: evaluationSchema.nullable(),
  blockMeters: z.number().nullable(),
  disagreementCount: z.number(),
});
export type CrossValidation = z.infer<typeof crossValidationSchema>;
