import { type ExportFeature, exportColumns } from "@reefline/formats/exportTable";
import { outputCrs } from "@reefline/formats/outputCrs";
import { polygonAreaM2, polygonPerimeterMeters } from "@reefline/geo/geodesic";
import { AppError } from "@reefline/schema/errors";
import type { Feature } from "@reefline/schema/feature";
import type { PredictedPolygon, Prediction } from "@reefline/schema/prediction";
import type { Survey } from "@reefline/schema/survey";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featuresOf } from "../../storage/features.ts";
import { findPolygonSet, polygonsOfSet } from "../../storage/polygonSets.ts";
import { predictionById, standingDecisions } from "../../storage/predictions.ts";
import { surveyById } from "../../storage/surveys.ts";
import { polygonsTouch } from "../labels/polygonOverlap.ts";
import { matchDecisions } from "../predictions/matchDecisions.ts";
import { unlockedHoldouts } from "../predictions/predictions.ts";
import { surveyImage } from "../surveys/surveys.ts";
import { type ExportFile, type ExportFormat, type ExportTable, writeTable } from "./exportFile.ts";

/** Longitude and latitude, or the coordinates that the survey's own image has. */
export type ExportCrs = "wgs84" | "survey";

export interface ExportRequest {
  readonly format: ExportFormat;
  readonly crs: ExportCrs;
  /** A selection; null for all. */
  readonly ids: readonly string[] | null;
}

const matchedAtOnce = 500;

/** A name every file system takes: letters, digits, dash, dot and underscore of any script. */
export function safeFileName(name: string): string {
  const safe = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return safe.slice(0, 100) || "survey";
}

/** Labels of a survey. @throws AppError `export/no-crs` as `crsOf` does */
export async function exportLabels(ctx: Context, surveyId: string, request: ExportRequest): Promise<ExportFile> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const { db } = ctx.store;
  const survey = await surveyById(db, surveyId);
  const wanted = request.ids ? new Set(request.ids) : null;
  const features = (await featuresOf(db, surveyId, "label")).filter((feature) => !wanted || wanted.has(feature.id));
  const modelNames = await modelNamesOf(ctx, features);
  const table: ExportTable = {
    name: `${survey.name} labels`,
    fileName: `${safeFileName(survey.name)}-labels`,
    crs: crsOf(survey, request),
    columns: exportColumns(features),
    features: (function* () {
      for (const feature of features) yield labelRow(feature, survey, modelNames);
    })(),
  };
  return writeTable(ctx.store, table, request.format);
}

/** Every label of a survey on its way out. */
export async function labelFeatures(ctx: Context, surveyId: string): Promise<ExportFeature[]> {
  const survey = await surveyById(ctx.store.db, surveyId);
  const features = await featuresOf(ctx.store.db, surveyId, "label");
  const modelNames = await modelNamesOf(ctx, features);
  return features.map((feature) => labelRow(feature, survey, modelNames));
}

/** Predicted polygons as `exportPrediction` writes them. @throws AppError `export/not-traced` */
export async function predictedFeatures(ctx: Context, prediction: Prediction, threshold: number): Promise<AsyncIterable<ExportFeature>> {
  const survey = await surveyById(ctx.store.db, prediction.surveyId);
  const set = await findPolygonSet(ctx.store.db, prediction.id, threshold);
  if (!set) throw notTraced();
  return predictedRows(ctx, { prediction, survey, setNum: set.num, ids: null });
}

function notTraced(): AppError {
  return new AppError("unavailable", "export/not-traced", "The outlines at this threshold are still being drawn. Try again in a moment.");
}

async function modelNamesOf(ctx: Context, features: readonly Feature[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const { provenance } of features) {
    if (provenance.kind !== "accepted" || names.has(provenance.predictionId)) continue;
    const row = await ctx.store.db
      .selectFrom("predictions")
      .select("modelName")
      .where("id", "=", provenance.predictionId)
      .executeTakeFirst();
    if (row) names.set(provenance.predictionId, row.modelName);
  }
  return names;
}

function labelRow(feature: Feature, survey: Survey, modelNames: ReadonlyMap<string, string>): ExportFeature {
  const { provenance } = feature;
  const accepted = provenance.kind === "accepted" ? provenance : null;
  const areaM2 = polygonAreaM2(feature.geometry);
  const perimeterMeters = polygonPerimeterMeters(feature.geometry);
  return {
    id: feature.id,
    geometry: feature.geometry,
    class: feature.class,
    areaM2,
    perimeterMeters,
    probability: accepted?.probability ?? null,
    compactness: (4 * Math.PI * areaM2) / perimeterMeters ** 2,
    model: accepted ? (modelNames.get(accepted.predictionId) ?? null) : null,
    survey: survey.name,
    source: accepted?.edited ? "accepted, edited" : provenance.kind,
    date: feature.updatedAt,
    properties: feature.properties,
  };
}

/**
 * Predicted polygons at a threshold whose set is there already, without rejected ones and without those in held-out areas whose labels
 * are not locked.
 * @throws AppError `export/not-traced` while nobody has traced that threshold, `export/no-crs`
 */
export async function exportPrediction(
  ctx: Context,
  prediction: Prediction,
  threshold: number,
  request: ExportRequest,
): Promise<ExportFile & { hiddenAreaCount: number }> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const { db } = ctx.store;
  const survey = await surveyById(db, prediction.surveyId);
  const set = await findPolygonSet(db, prediction.id, threshold);
  if (!set) throw notTraced();
  const table: ExportTable = {
    name: `${survey.name} prediction`,
    fileName: `${safeFileName(survey.name)}-prediction`,
    crs: crsOf(survey, request),
    columns: exportColumns([]),
    features: predictedRows(ctx, { prediction, survey, setNum: set.num, ids: request.ids }),
  };
  const hiddenAreaCount = (await unlockedHoldouts(db, survey.id)).length;
  return { ...(await writeTable(ctx.store, table, request.format)), hiddenAreaCount };
}

async function* predictedRows(
  ctx: Context,
  { prediction, survey, setNum, ids }: { prediction: Prediction; survey: Survey; setNum: number; ids: readonly string[] | null },
): AsyncGenerator<ExportFeature> {
  const { db } = ctx.store;
  const hidden = await unlockedHoldouts(db, survey.id);
  const decisions = await standingDecisions(db, survey.id);
  const wanted = ids ? new Set(ids) : null;
  let batch: PredictedPolygon[] = [];
  const decided = (): ExportFeature[] =>
    matchDecisions(batch, decisions, prediction.id)
      .filter(({ decision }) => wanted || decision !== "rejected")
      .map((polygon) => predictedRow(polygon, prediction, survey));
  for await (const { num: _num, ...polygon } of polygonsOfSet(db, setNum)) {
    if (wanted && !wanted.has(polygon.id)) continue;
    if (hidden.some((area) => polygonsTouch(polygon.geometry, area))) continue;
    batch.push({ ...polygon, decision: null });
    if (batch.length < matchedAtOnce) continue;
    yield* decided();
    batch = [];
  }
  yield* decided();
}

function predictedRow(polygon: PredictedPolygon, prediction: Prediction, survey: Survey): ExportFeature {
  return {
    id: polygon.id,
    geometry: polygon.geometry,
    class: polygon.class ?? "reef",
    areaM2: polygon.areaM2,
    perimeterMeters: polygon.perimeterMeters,
    probability: polygon.probability,
    probabilityP10: polygon.probabilityP10 ?? null,
    compactness: polygon.compactness ?? null,
    model: prediction.modelName,
    survey: survey.name,
    source: polygon.decision ? `predicted, ${polygon.decision}` : "predicted",
    date: prediction.createdAt,
  };
}

/** @throws AppError `export/no-crs` when the survey's coordinates have no code that the format could name */
function crsOf(survey: Survey, { crs, format }: ExportRequest) {
  if (crs === "wgs84") return outputCrs(null);
  const own = outputCrs(surveyImage(survey).grid.crs);
  if (own.epsg !== null || format === "gpkg") return own;
  throw new AppError(
    "bad-input",
    "export/no-crs",
    `The coordinates of "${survey.name}" have no EPSG code, so this format cannot say what they are. Export in WGS 84, or as GeoPackage.`,
  );
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
