import type { ExportFeature } from "@reefline/formats/geojsonExport";
import { exportGeoJson } from "@reefline/formats/geojsonExport";
import { polygonAreaM2, polygonPerimeterMeters } from "@reefline/geo/geodesic";
import { AppError } from "@reefline/schema/errors";
import type { Feature } from "@reefline/schema/feature";
import type { PredictedPolygon, Prediction } from "@reefline/schema/prediction";
import type { Survey } from "@reefline/schema/survey";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { featuresOf } from "../storage/features.ts";
import { predictionById } from "../storage/predictions.ts";
import { surveyById } from "../storage/surveys.ts";

/** A file as pieces of text, and what to call it. */
export interface ExportStream {
  readonly fileName: string;
  readonly featureCount: number;
  readonly pieces: Iterable<string> | AsyncIterable<string>;
}

/** A name every file system takes: letters, digits, dash, dot and underscore of any script. */
export function safeFileName(name: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return safe.slice(0, 100) || "survey";
}

/** Labels of a survey, whole or a selection of feature ids, as GeoJSON. */
export async function exportLabels(ctx: Context, surveyId: string, ids: readonly string[] | null): Promise<ExportStream> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const survey = await surveyById(ctx.store.db, surveyId);
  const wanted = ids ? new Set(ids) : null;
  const features = (await featuresOf(ctx.store.db, surveyId, "label")).filter((feature) => !wanted || wanted.has(feature.id));
  const modelNames = new Map<string, string>();
  for (const { provenance } of features) {
    if (provenance.kind !== "accepted" || modelNames.has(provenance.predictionId)) continue;
    const row = await ctx.store.db
      .selectFrom("predictions")
      .select("modelName")
      .where("id", "=", provenance.predictionId)
      .executeTakeFirst();
    if (row) modelNames.set(provenance.predictionId, row.modelName);
  }
  const rows = features.map((feature) => labelRow(feature, survey, modelNames));
  return {
    fileName: `${safeFileName(survey.name)}-labels.geojson`,
    featureCount: rows.length,
    pieces: exportGeoJson(rows, { name: `${survey.name} labels` }),
  };
}

function labelRow(feature: Feature, survey: Survey, modelNames: ReadonlyMap<string, string>): ExportFeature {
  const { provenance } = feature;
  const accepted = provenance.kind === "accepted" ? provenance : null;
  return {
    id: feature.id,
    geometry: feature.geometry,
    class: feature.class,
    areaM2: polygonAreaM2(feature.geometry),
    perimeterMeters: polygonPerimeterMeters(feature.geometry),
    probability: accepted?.probability ?? null,
    model: accepted ? (modelNames.get(accepted.predictionId) ?? null) : null,
    survey: survey.name,
    source: accepted?.edited ? "accepted, edited" : provenance.kind,
    properties: feature.properties,
  };
}

/** Predicted polygons, whole or a selection of polygon ids, as GeoJSON. */
export async function exportPrediction(
  ctx: Context,
  prediction: Prediction,
  polygons: readonly PredictedPolygon[],
  ids: readonly string[] | null,
): Promise<ExportStream> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const survey = await surveyById(ctx.store.db, prediction.surveyId);
  const wanted = ids ? new Set(ids) : null;
  const rows = polygons
    .filter((polygon) => (wanted ? wanted.has(polygon.id) : polygon.decision !== "rejected"))
    .map(
      (polygon): ExportFeature => ({
        id: polygon.id,
        geometry: polygon.geometry,
        class: "reef",
        areaM2: polygon.areaM2,
        perimeterMeters: polygon.perimeterMeters,
        probability: polygon.probability,
        model: prediction.modelName,
        survey: survey.name,
        source: polygon.decision ? `predicted, ${polygon.decision}` : "predicted",
      }),
    );
  return {
    fileName: `${safeFileName(survey.name)}-prediction.geojson`,
    featureCount: rows.length,
    pieces: exportGeoJson(rows, { name: `${survey.name} prediction` }),
  };
}

/** The prediction an export means: the named one, else the survey's newest that is ready. @throws AppError `export/no-prediction`. */
export async function predictionToExport(ctx: Context, surveyId: string, predictionId: string | null): Promise<Prediction> {
  const { db } = ctx.store;
  const survey = await surveyById(db, surveyId);
  if (predictionId) {
    const named = await predictionById(db, predictionId);
    if (named.surveyId === surveyId) return named;
  } else {
    const row = await db
      .selectFrom("predictions")
      .select("id")
      .where("surveyId", "=", surveyId)
      .where("state", "=", "ready")
      .orderBy("createdAt", "desc")
      .limit(1)
      .executeTakeFirst();
    if (row) return predictionById(db, row.id);
  }
  throw new AppError("not-found", "export/no-prediction", `"${survey.name}" has no finished prediction to export. Predict it first.`);
}
