import { z } from "zod";
import { affineSchema, boundsSchema, gridSchema } from "./grid.ts";
import { idSchema } from "./ids.ts";

export const sampleTypeSchema = z.enum(["uint8", "uint16", "int16", "uint32", "int32", "float32", "float64"]);
export type SampleType = z.infer<typeof sampleTypeSchema>;

/** Counts of equal bins; bin i holds values from low + i · binWidth up to, not including, low + (i + 1) · binWidth. */
export const histogramSchema = z.object({
  low: z.number(),
  binWidth: z.number().positive(),
  counts: z.array(z.number().int().nonnegative()).min(1).max(1024),
});
export type Histogram = z.infer<typeof histogramSchema>;

/** What one band's valid pixels are like; nodata, masked and non-finite pixels are left out. */
export const bandStatisticsSchema = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  std: z.number().nonnegative().describe("of all valid pixels, not of a sample of a larger population"),
  validFraction: z.number().min(0).max(1),
  histogram: histogramSchema,
  /** Counted on an overview, because the file was kept as it came. */
  approximate: z.boolean(),
});
export type BandStatistics = z.infer<typeof bandStatisticsSchema>;

export const bandSchema = z.object({
  name: z.string().describe("red, green, blue, grey, alpha, or band-N"),
  /** Value shown as black, and as white. For 8-bit bands 0 and 255. */
  stretch: z.object({ low: z.number(), high: z.number() }),
  /** Absent in surveys imported before it was counted, and null where a band has no valid pixel. */
  statistics: bandStatisticsSchema.nullable().optional(),
});

/** An image that is read in place at a web address, and what it was when the survey was added: a changed file is told, never mixed in. */
export const remotePlaceSchema = z.object({
  url: z.url(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  sizeBytes: z.number().int().positive(),
});
export type RemotePlace = z.infer<typeof remotePlaceSchema>;

/** How far imagery lies from where its file places it, on the ground at its centre. */
export const imageShiftSchema = z.object({
  eastMeters: z.number(),
  northMeters: z.number(),
  /** The transform of the file itself. */
  fileTransform: affineSchema,
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
  /** Set when the file is not in the data folder. */
  remote: remotePlaceSchema.nullish(),
  /** Set when the survey was moved: `grid` and `bounds` are where it lies now, and win over the file's. */
  shift: imageShiftSchema.nullish(),
  /** How many photos lie on the sheet; absent where the image is not a sheet of photos. */
  photoCount: z.number().int().positive().optional(),
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
