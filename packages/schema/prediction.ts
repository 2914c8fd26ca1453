import { z } from "zod";
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
  /** Against the held-out labels, once those are locked. */
  heldOut: evaluationSchema.nullable(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** One predicted polygon at one threshold. */
export const predictedPolygonSchema = z.object({
  /** Stable for the same prediction, threshold and shape. */
  id: z.string(),
  geometry: polygonSchema,
  areaM2: z.number(),
  perimeterMeters: z.number(),
  probability: z.number().describe("mean over the polygon's pixels"),
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
