import { z } from "zod";

/**
 * How ground is divided so that every labelled place is predicted by a model that has not seen it. blocks: squares of ground; groups: photos
 * of one site, flight and day together; surveys: each survey on its own.
 */
export const foldPlanSchema = z
  .object({
    by: z.enum(["blocks", "groups", "surveys"]),
    count: z.number().int().min(2).max(50).nullable().describe("null: as many as there are groups or surveys"),
  })
  .refine(({ by, count }) => by !== "blocks" || count !== null, "say into how many parts the blocks are dealt");
export type FoldPlan = z.infer<typeof foldPlanSchema>;
