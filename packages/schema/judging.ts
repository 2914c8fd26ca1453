import { z } from "zod";
import { foldPlanSchema } from "./foldPlan.ts";

/**
 * How a training will be judged. held-out: on the user's held-out areas; set-aside: on ground set aside while it trains, at a distance;
 * folds: there is too little ground for one honest number, so it should be left out part by part as well.
 */
export const judgingSchema = z.object({
  way: z.enum(["held-out", "set-aside", "folds"]),
  /** Why it cannot be judged in one go, as a sentence; null when it can. */
  reason: z.string().nullable(),
  /** What to leave out in turn; null when one number will do, or when the ground cannot be divided either. */
  plan: foldPlanSchema.nullable(),
});
export type Judging = z.infer<typeof judgingSchema>;
