import { z } from "zod";

/** At most so many classes are told apart: what fits beside the other bits of a pixel's coverage. */
export const mostClasses = 15;

const classNameSchema = z.string().trim().min(1).max(60);

/**
 * The classes of reef a model tells apart, in order: where labels of two of them overlap, the earlier one counts. Empty: reef or not, and
 * every label is reef whatever its class.
 */
export const classNamesSchema = z
  .array(classNameSchema)
  .max(mostClasses)
  .refine((names) => names.length !== 1, "name at least two classes, or none for reef or not")
  .refine((names) => new Set(names).size === names.length, "name every class once")
  .refine((names) => !names.includes("unsure"), "“unsure” is ground that is left out; it cannot be a class to learn");

/**
 * What was called what: `pixels[truth][predicted]`, 0 being no reef and k the k-th class, over examined ground whose class is known. Counts
 * of several surveys are added; every score of a class follows from them (packages/accuracy).
 */
export const classCountsSchema = z.object({
  classes: z.array(classNameSchema).min(2).max(mostClasses),
  pixels: z.array(z.array(z.number().nonnegative())),
  areaM2: z.array(z.array(z.number().nonnegative())).optional().describe("the same in geodesic m²; absent where only pixels are known"),
});
export type ClassCounts = z.infer<typeof classCountsSchema>;
