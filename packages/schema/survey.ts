import { z } from "zod";
import { boundsSchema, gridSchema } from "./grid.ts";
import { idSchema } from "./ids.ts";

export const sampleTypeSchema = z.enum(["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"]);
export type SampleType = z.infer<typeof sampleTypeSchema>;

export const bandSchema = z.object({
  name: z.string().describe("red, green, blue, grey, alpha, or band-N"),
  /** Value shown as black, and as white. For 8-bit bands 0 and 255. */
  stretch: z.object({ low: z.number(), high: z.number() }),
});

export const imageSchema = z.object({
  assetId: idSchema,
  /** Part of every tile URL; changes when the pixels do. */
  version: z.string(),
  grid: gridSchema,
  bounds: boundsSchema,
  gsdMeters: z.number().positive().describe("metres per pixel at the centre"),
  sampleType: sampleTypeSchema,
  /** Colour and data bands, alpha left out. */
  bands: z.array(bandSchema).min(1),
  maskKind: z.enum(["none", "nodata", "alpha", "internal"]),
  nodata: z.number().nullable().describe("NaN is written as null with maskKind nodata"),
  sizeBytes: z.number().int().nonnegative(),
  sourceFileName: z.string(),
});
export type SurveyImage = z.infer<typeof imageSchema>;

export const surveyFieldsSchema = z.object({
  name: z.string().trim().min(1).max(120),
  site: z.string().trim().max(120).default(""),
  capturedAt: z.iso.datetime({ offset: true }).or(z.iso.date()).nullable().default(null),
  tideHeightMeters: z.number().min(-30).max(30).nullable().default(null),
  tideDatum: z.string().trim().max(40).default("").describe("what the tide height is measured from, e.g. MLLW"),
  notes: z.string().max(10_000).default(""),
});
export type SurveyFields = z.infer<typeof surveyFieldsSchema>;

/** One flight over one site at one time. `image` is null until its import has finished. */
export const surveySchema = surveyFieldsSchema.extend({
  id: idSchema,
  projectId: idSchema,
  createdAt: z.iso.datetime(),
  image: imageSchema.nullable(),
  importJobId: idSchema.nullable(),
  isDemo: z.boolean(),
});
export type Survey = z.infer<typeof surveySchema>;
