import { z } from "zod";

/** How predicted polygons are drawn. Nothing set: along pixel edges with their corners cut, simplified to within a pixel, specks left out. */
export const outlineOptionsSchema = z.object({
  contour: z.enum(["pixel", "subpixel"]).default("pixel").describe("along pixel edges, or between pixels by their probabilities"),
  simplifyMeters: z.number().min(0).max(1_000).nullable().default(null).describe("how far an outline may move; null: one pixel"),
  smooth: z.boolean().default(false).describe("round the corners"),
  minAreaM2: z.number().min(0).nullable().default(null).describe("null: 16 pixels, at least 0.05 m²"),
  minHoleM2: z.number().min(0).nullable().default(null).describe("null: as minAreaM2"),
  connectivity: z
    .union([z.literal(4), z.literal(8)])
    .default(4)
    .describe("8: pixels that meet in a corner are one reef"),
  splitTouching: z.boolean().default(false).describe("part reefs that have grown together at narrow necks"),
});
export type OutlineOptions = z.infer<typeof outlineOptionsSchema>;
export const defaultOutlineOptions: OutlineOptions = outlineOptionsSchema.parse({});
