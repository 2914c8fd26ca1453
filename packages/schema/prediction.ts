import { z } from "zod";
import { classNamesSchema } from "./classes.ts";
import { polygonSchema } from "./feature.ts";
import { boundsSchema, gridSchema } from "./grid.ts";
import { idSchema } from "./ids.ts";
import { evaluationSchema } from "./training.ts";

/** Bytes of the probability raster: 0 = nodata, else p = (v − 1) / 254. */
export const probabilityNodata = 0;
export const probabilityFromByte = (value: number): number => (value - 1) / 254;
export const byteFromProbability = (p: number): number => 1 + Math.round(Math.min(1, Math.max(0, p)) * 254);
/** Smallest byte whose probability reaches the threshold: a pixel is positive when its byte is at least this. 1–255. */
export const byteOfThreshold = (threshold: number): number => Math.min(255, Math.max(1, Math.ceil(1 + threshold * 254 - 1e-9)));

/** What a network is run with. */
export const engineNames = ["native", "native-bf16", "onnxruntime", "wasm"] as const;

/** One line of the engines' self-test. */
export const engineTrialSchema = z.object({
  name: z.enum(engineNames),
  mpxPerSecond: z.number().nullable().describe("null where the engine was not run"),
  maxDifference: z.number().nullable().describe("of a probability from the reference engine's; null where it was not compared"),
  why: z.string().optional().describe("why it was not chosen, one sentence; left out for the chosen one"),
});
export type EngineTrial = z.infer<typeof engineTrialSchema>;

export const pinnedEngineSchema = z.object({
  name: z.enum(engineNames),
  threads: z.number().int().positive(),
  version: z.string(),
  trials: z.array(engineTrialSchema).optional().describe("the test that chose it; left out where there was none"),
});
export type PinnedEngine = z.infer<typeof pinnedEngineSchema>;

export const predictionOptionsSchema = z.object({
  /** Every window in its eight orientations (turned and mirrored), averaged: eight times the work. */
  testTimeAugmentation: z.boolean().default(false),
  /** A raster of how unsure the model is, beside the probability. */
  uncertainty: z.boolean().default(false),
  /** auto: the fastest whose answers agree, found by a short test before the first swath. */
  engine: z.enum(["auto", ...engineNames]).default("auto"),
});
export type PredictionOptions = z.infer<typeof predictionOptionsSchema>;

/** Bytes of the uncertainty raster: 0 = nodata, else u = (v − 1) / 254, 0 sure – 1 as unsure as can be. */
export const uncertaintySchema = z.object({
  assetId: idSchema,
  version: z.string(),
  grid: gridSchema,
  bounds: boundsSchema,
  gsdMeters: z.number(),
  /** orientations: twice the standard deviation of the eight orientations' probabilities. entropy: of the probability, in bits. */
  measure: z.enum(["orientations", "entropy"]),
});
export type UncertaintyRaster = z.infer<typeof uncertaintySchema>;

/** Bytes of the class raster: 0 = nodata, k = the k-th class is the likeliest, whether or not the pixel is reef at the threshold. */
export const classRasterSchema = z.object({
  classes: classNamesSchema,
  assetId: idSchema,
  version: z.string(),
  grid: gridSchema,
  bounds: boundsSchema,
  gsdMeters: z.number(),
  /** For each class, geodesic m² of the ground where it is the likeliest, per byte of probability. */
  areaHistogramsM2: z.array(z.array(z.number()).length(256)),
});
export type ClassRaster = z.infer<typeof classRasterSchema>;

export const predictionSchema = z.object({
  id: idSchema,
  surveyId: idSchema,
  modelId: idSchema,
  modelName: z.string(),
  jobId: idSchema,
  createdAt: z.iso.datetime(),
  state: z.enum(["running", "ready", "failed", "cancelled"]),
  /** null: the whole survey. */
  area: z.array(polygonSchema).nullable(),
  threshold: z.number(),
  /** Set when ready. */
  raster: z
    .object({
      assetId: idSchema,
      version: z.string(),
      grid: gridSchema,
      bounds: boundsSchema,
      gsdMeters: z.number(),
      /** Geodesic m² of ground per byte value 0–255; the area at a threshold is a suffix sum. */
      areaHistogramM2: z.array(z.number()).length(256),
    })
    .nullable(),
  /** Set when ready and asked for. */
  uncertainty: uncertaintySchema.nullable(),
  /** Set when ready, of a model that tells classes apart. */
  classRaster: classRasterSchema.nullable(),
  options: predictionOptionsSchema,
  /** What it was computed with; pinned before the first swath, null until then. */
  engine: pinnedEngineSchema.nullable(),
  /** Against the held-out labels, once those are locked. */
  heldOut: evaluationSchema.nullable(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** One predicted polygon at one threshold. */
export const predictedPolygonSchema = z.object({
  /** Stable for the same prediction, threshold and shape. */
  id: z.string(),
  class: z.string().optional().describe("the likeliest of the classes that the model tells apart; absent: it tells none apart"),
  geometry: polygonSchema,
  areaM2: z.number(),
  perimeterMeters: z.number(),
  probability: z.number().describe("mean over the polygon's pixels"),
  probabilityP10: z.number().optional().describe("10th percentile over the polygon's pixels"),
  compactness: z.number().optional().describe("4π · area / perimeter²: 1 for a circle"),
  decision: z.enum(["accepted", "edited", "rejected"]).nullable(),
});
export type PredictedPolygon = z.infer<typeof predictedPolygonSchema>;

export const decisionSchema = z.object({
  id: z.uuid(),
  predictionId: idSchema,
  kind: z.enum(["accepted", "edited", "rejected"]),
  polygonId: z.string(),
  geometry: polygonSchema,
  threshold: z.number(),
  probability: z.number(),
  decidedAt: z.iso.datetime(),
  undone: z.boolean(),
});
export type Decision = z.infer<typeof decisionSchema>;
