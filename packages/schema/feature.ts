import { z } from "zod";
import { idSchema, uuidSchema } from "./ids.ts";

export const layerSchema = z.enum(["label", "examined", "holdout", "ignore"]);
export type Layer = z.infer<typeof layerSchema>;

/** [lon, lat], degrees, WGS 84. */
export const positionSchema = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
export type Position = z.infer<typeof positionSchema>;

/** First and last position equal; outer ring counter-clockwise, holes clockwise (RFC 7946). */
export const polygonSchema = z.object({ type: z.literal("Polygon"), coordinates: z.array(z.array(positionSchema).min(4)).min(1) });
export type Polygon = z.infer<typeof polygonSchema>;

/** Where a feature came from. A label that a model drew never counts in held-out metrics. */
export const provenanceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("drawn") }),
  z.object({ kind: z.literal("imported"), fileName: z.string() }),
  z.object({ kind: z.literal("accepted"), predictionId: idSchema, polygonId: z.string(), probability: z.number(), edited: z.boolean() }),
]);
export type Provenance = z.infer<typeof provenanceSchema>;

export const featureContentSchema = z.object({
  layer: layerSchema,
  class: z.string().trim().min(1).max(60).describe("reef, unsure, …; for areas the layer's own name"),
  notes: z.string().max(4_000),
  /** The imported file's own attributes, kept as they were. */
  properties: z.record(z.string(), z.unknown()),
  provenance: provenanceSchema,
  geometry: polygonSchema,
  /** Held-out areas only: labels inside are final, so predictions may be shown. */
  locked: z.boolean(),
});
export type FeatureContent = z.infer<typeof featureContentSchema>;

export const featureSchema = featureContentSchema.extend({
  id: uuidSchema,
  surveyId: idSchema,
  /** 1 when created, one more with each change. */
  revision: z.number().int().positive(),
  updatedAt: z.iso.datetime(),
});
export type Feature = z.infer<typeof featureSchema>;

/** One undoable change. `baseRevision` 0 creates; otherwise it must be the feature's present revision. */
export const editSchema = z.object({
  id: uuidSchema.describe("made by the client; applied once however often sent"),
  surveyId: idSchema,
  puts: z.array(z.object({ id: uuidSchema, baseRevision: z.number().int().nonnegative(), content: featureContentSchema })).max(5_000),
  deletes: z.array(z.object({ id: uuidSchema, baseRevision: z.number().int().positive() })).max(5_000),
  /** Set when this edit undoes, or redoes, an earlier one. */
  inverseOf: uuidSchema.nullable(),
  /** What the user did, in words: "Draw reef", "Move vertex". */
  title: z.string().max(120),
});
export type Edit = z.infer<typeof editSchema>;

/** What the log keeps: the edit, who and when, and the features as they were before (null: did not exist). */
export const appliedEditSchema = editSchema.extend({
  seq: z.number().int().positive(),
  author: z.string(),
  appliedAt: z.iso.datetime(),
  before: z.array(z.object({ id: uuidSchema, content: featureContentSchema.nullable(), revision: z.number().int() })),
  after: z.array(z.object({ id: uuidSchema, revision: z.number().int().describe("0 when deleted") })),
});
export type AppliedEdit = z.infer<typeof appliedEditSchema>;
