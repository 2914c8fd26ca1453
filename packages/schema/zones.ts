import { z } from "zod";
import { layerSchema } from "./feature.ts";
import { idSchema } from "./ids.ts";

/** The most zones one table may have. */
export const zoneLimit = 10_000;

/** Where zones come from: squares of a grid, the polygons of a layer, or a GeoJSON file. */
export const zoneSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("grid"), sizeMeters: z.number().positive().max(1_000_000) }),
  z.object({ kind: z.literal("layer"), layer: layerSchema }),
  z.object({ kind: z.literal("geojson"), fileName: z.string().max(255), text: z.string().max(20_000_000) }),
]);
export type ZoneSource = z.infer<typeof zoneSourceSchema>;

export const zoneRequestSchema = z.object({
  surveyId: idSchema,
  /** null: labels only. */
  predictionId: idSchema.nullable(),
  /** null: the prediction's own. */
  threshold: z.number().min(0).max(1).nullable(),
  source: zoneSourceSchema,
});
export type ZoneRequest = z.infer<typeof zoneRequestSchema>;

/** One zone, or one feature of several polygons. Areas are geodesic m². */
export const zoneStatisticsSchema = z.object({
  name: z.string(),
  areaM2: z.number().describe("of the zone itself"),
  measuredM2: z.number().describe("where the image holds a measurement"),
  unmeasuredM2: z.number().describe("the rest of the zone, off the image or without data"),
  labelReefM2: z.number().describe("inside labels, without the class unsure"),
  labelCount: z.number().int().describe("labels whose centre of area lies in the zone"),
  predictedGroundM2: z.number().nullable().describe("where there is a prediction"),
  predictedReefM2: z.number().nullable().describe("of that, at or above the threshold"),
  predictedCount: z.number().int().nullable().describe("predicted polygons whose centre of area lies in the zone"),
  predictedShare: z.number().nullable().describe("predictedReefM2 / predictedGroundM2"),
  meanProbability: z.number().nullable().describe("over the predicted ground"),
  labelClassesM2: z
    .array(z.number())
    .optional()
    .describe("of the labels those of each of the table's classes; where two overlap the earlier"),
  predictedClassesM2: z.array(z.number()).optional().describe("of predictedReefM2 where each of the table's classes is the likeliest"),
});
export type ZoneStatistics = z.infer<typeof zoneStatisticsSchema>;

export const zoneTableSchema = z.object({
  surveyName: z.string(),
  predictionId: z.string().nullable(),
  modelName: z.string().nullable(),
  threshold: z.number().nullable(),
  classes: z.array(z.string()).optional().describe("classes of reef that the prediction tells apart"),
  zones: z.array(zoneStatisticsSchema),
  /** What was left out of a file, in words. */
  notes: z.array(z.string()),
});
export type ZoneTable = z.infer<typeof zoneTableSchema>;
