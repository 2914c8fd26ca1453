import { z } from "zod";
import { type FeatureContent, polygonSchema } from "./feature.ts";
import { idSchema, uuidSchema } from "./ids.ts";

/** The property of a held-out area that is a block of an area sample: the sample's id. */
export const sampleProperty = "areaSample";

/** Blocks of an area sample are held-out areas that judge one number: no training sees them, and no other score counts them. */
export function isSampleBlock({ layer, properties }: Pick<FeatureContent, "layer" | "properties">): boolean {
  return layer === "holdout" && typeof properties[sampleProperty] === "string";
}

export const sampleStratumSchema = z.object({
  title: z.string(),
  blockCount: z.number().int().describe("blocks of the whole survey"),
  groundM2: z.number(),
  predictedM2: z.number(),
  sampleCount: z.number().int().describe("blocks drawn"),
});

export const areaSampleRequestSchema = z.object({
  predictionId: idSchema,
  /** null: the prediction's own. */
  threshold: z.number().min(0).max(1).nullable(),
  blockCount: z.number().int().min(20).max(1_000).default(50),
  /** null: 128 pixels of the prediction, fewer on a small survey. */
  blockMeters: z.number().positive().max(10_000).nullable().default(null),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type AreaSampleRequest = z.input<typeof areaSampleRequestSchema>;

/** A random sample of blocks, stratified by what is predicted in them. What is in which stratum is not told to who labels. */
export const areaSampleSchema = z.object({
  id: idSchema,
  surveyId: idSchema,
  predictionId: idSchema,
  modelName: z.string(),
  threshold: z.number(),
  seed: z.number(),
  blockMeters: z.number(),
  createdAt: z.iso.datetime(),
  strata: z.array(sampleStratumSchema),
  /** In the order they are to be labelled: the held-out area that stands for each. Done once that is locked. */
  blocks: z.array(z.object({ featureId: uuidSchema, geometry: polygonSchema })),
});
export type AreaSample = z.infer<typeof areaSampleSchema>;

const estimateSchema = z.object({ value: z.number(), standardError: z.number(), low: z.number(), high: z.number() });

export const areaSampleEstimateSchema = z.object({
  sampleId: idSchema,
  surveyName: z.string(),
  modelName: z.string(),
  threshold: z.number(),
  /** Labels up to this edit. */
  lastEditSeq: z.number(),
  blocksDone: z.number().int(),
  blocksUsed: z.number().int().describe("done in the order they were drawn; one after an unlabelled one of its stratum waits"),
  blockCount: z.number().int(),
  groundM2: z.number(),
  mappedM2: z.number().describe("predicted reef, uncorrected"),
  areaM2: estimateSchema,
  usersAccuracy: estimateSchema.nullable(),
  producersAccuracy: estimateSchema.nullable(),
  overallAccuracy: estimateSchema.nullable(),
  strata: z.array(sampleStratumSchema.extend({ used: z.number().int(), reefShare: z.number().nullable() })),
  /** How it was worked out, and what was taken as what, in sentences. */
  notes: z.array(z.string()),
});
export type AreaSampleEstimate = z.infer<typeof areaSampleEstimateSchema>;
