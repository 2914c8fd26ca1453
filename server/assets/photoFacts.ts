import { z } from "zod";

/** What is known of a photo before its pixels are used; sizes are those after turning it as its EXIF orientation says. */
export const photoFactsSchema = z.object({
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  /** 1: shades of grey. */
  bandCount: z.union([z.literal(1), z.literal(3)]),
  bits: z.union([z.literal(8), z.literal(16)]),
  hasAlpha: z.boolean(),
  /** The day that the camera wrote, YYYY-MM-DD. */
  takenOn: z.string().nullable(),
});
export type PhotoFacts = z.infer<typeof photoFactsSchema>;

/** How the pixels of a photo are wanted: bands interleaved, an alpha band after them where `withAlpha` says so. */
const photoPixelsSchema = z.object({
  bandCount: z.union([z.literal(1), z.literal(3)]),
  sampleType: z.enum(["uint8", "uint16"]),
  withAlpha: z.boolean(),
});
export type PhotoPixels = z.infer<typeof photoPixelsSchema>;

/** What a mask holds: up to 64 of its values, as a person writes them (`255`, `#ff0000`), with their pixels. */
export const maskFactsSchema = z.object({
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  counts: z.array(z.object({ value: z.string(), pixels: z.number().int().positive() })),
  /** More values than those: a photo or a probability, not a mask. */
  hasMore: z.boolean(),
});
export type MaskFacts = z.infer<typeof maskFactsSchema>;

/** One patch of a mask along its pixels' edges: closed rings of col, row pairs, the outer one first. */
export const maskPolygonSchema = z.object({
  value: z.string(),
  rings: z.array(z.custom<Int32Array>((ring) => ring instanceof Int32Array)),
});
export type MaskPolygon = z.infer<typeof maskPolygonSchema>;

const file = z.object({ id: z.number(), path: z.string(), maxPixels: z.number() });
export const photoTaskSchema = z.discriminatedUnion("what", [
  file.extend({ what: z.literal("look") }),
  file.extend({ what: z.literal("decode"), to: z.string(), pixels: photoPixelsSchema }),
  file.extend({ what: z.literal("mask") }),
  /** Groups of values that are traced as one each. */
  file.extend({ what: z.literal("trace"), groups: z.array(z.array(z.string())) }),
]);
export type PhotoTask = z.infer<typeof photoTaskSchema>;
