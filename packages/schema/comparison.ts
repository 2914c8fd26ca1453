import { z } from "zod";
import { idSchema } from "./ids.ts";
import { evaluationSchema, metricsSchema } from "./training.ts";

/** One recipe of a comparison, as far as it is. */
export const comparedRecipeSchema = z.object({
  recipe: z.string(),
  title: z.string(),
  runId: idSchema,
  jobId: idSchema,
  modelId: idSchema.nullable(),
  /** On held-out ground at the recipe's own threshold, of one run or pooled over its folds; null before it is known, or where none was drawn. */
  heldOut: evaluationSchema.nullable(),
  /** The same counts at 0.5. */
  atHalf: metricsSchema.nullable(),
  validationDice: z.number().nullable(),
  trainSeconds: z.number().nullable(),
});
export type ComparedRecipe = z.infer<typeof comparedRecipeSchema>;

/** Recipes trained one after the other on the same ground, split and time. */
export const comparisonSchema = z.object({
  id: idSchema,
  name: z.string(),
  createdAt: z.string(),
  folds: z.boolean(),
  recipes: z.array(comparedRecipeSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;
