import { rm } from "node:fs/promises";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import { newId } from "@reefline/schema/ids";
import { type Prediction, type PredictionOptions, predictionOptionsSchema } from "@reefline/schema/prediction";
import type { Model } from "@reefline/schema/training";
import type { Context } from "../../context.ts";
import { requestCancel } from "../../jobs/queue.ts";
import { authorize } from "../../principal.ts";
import { publishEvent } from "../../storage/events.ts";
import { featuresOf } from "../../storage/features.ts";
import { enqueueJob } from "../../storage/jobs.ts";
import { insertPrediction, predictionById, predictionsOf } from "../../storage/predictions.ts";
import { modelById } from "../../storage/runs.ts";
import type { Database } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { normalizePolygon } from "../labels/normalizePolygon.ts";
import { surveyImage } from "../surveys/surveys.ts";

export interface StartPrediction {
  readonly surveyId: string;
  readonly modelId: string;
  /** null: the whole survey. */
  readonly area: Polygon[] | null;
  /** null: the model's own. */
  readonly threshold: number | null;
  /** Left out: the plain, fast way. */
  readonly options?: Partial<PredictionOptions>;
}

/** Queues a prediction. @throws AppError `prediction/empty-area`, `survey/not-imported`, `model/not-found`. */
export async function startPrediction(ctx: Context, request: StartPrediction): Promise<Prediction> {
  authorize(ctx.principal, "prediction:write", ctx.store.projectId);
  const area = request.area?.map(normalizePolygon) ?? null;
  if (area && area.reduce((sum, polygon) => sum + polygonAreaM2(polygon), 0) === 0) {
    throw new AppError("bad-input", "prediction/empty-area", "The area to predict is empty. Draw it again, or predict the whole survey.");
  }
  return ctx.store.db.transaction().execute(async (trx) => {
    const survey = await surveyById(trx, request.surveyId);
    const { grid } = surveyImage(survey);
    const model = await modelById(trx, request.modelId);
    if (isPixelCrs(grid.crs) && model.card.unit !== "pixels") throw unknownGroundSize(survey.name, model);
    return enqueuePrediction(trx, ctx.store.projectId, {
      surveyId: survey.id,
      surveyName: survey.name,
      modelId: model.id,
      modelName: model.name,
      area,
      threshold: request.threshold ?? model.card.threshold,
      autoThreshold: request.threshold === null,
      options: request.options,
    });
  });
}

function unknownGroundSize(surveyName: string, { name, card }: Model): AppError {
  return new AppError(
    "bad-input",
    "prediction/no-ground-size",
    `"${name}" works at ${Number((card.gsdMeters * 100).toPrecision(2))} cm of ground per pixel, and nothing says how much ground a pixel of "${surveyName}" shows. Train a model on photos, and use that.`,
  );
}

/** The rows of a new prediction and its job. */
export async function enqueuePrediction(
  db: Database,
  projectId: string,
  request: {
    surveyId: string;
    surveyName: string;
    modelId: string;
    modelName: string;
    area: Polygon[] | null;
    threshold: number;
    /** Take the model's own threshold when the job runs; `threshold` stands in until then. */
    autoThreshold: boolean;
    options?: Partial<PredictionOptions>;
    afterJobId?: string;
  },
): Promise<Prediction> {
  const predictionId = newId("prediction");
  const job = await enqueueJob(db, {
    projectId,
    kind: "predict",
    title: `Predict ${request.surveyName}`,
    params: { predictionId, autoThreshold: request.autoThreshold },
    surveyId: request.surveyId,
    afterJobId: request.afterJobId ?? null,
  });
  const prediction: Prediction = {
    id: predictionId,
    surveyId: request.surveyId,
    modelId: request.modelId,
    modelName: request.modelName,
    jobId: job.id,
    createdAt: new Date().toISOString(),
    state: "running",
    area: request.area,
    threshold: request.threshold,
    raster: null,
    uncertainty: null,
    classRaster: null,
    options: predictionOptionsSchema.parse(request.options ?? {}),
    engine: null,
    heldOut: null,
  };
  await insertPrediction(db, prediction);
  await publishEvent(db, { kind: "prediction", predictionId, surveyId: request.surveyId });
  return prediction;
}

/** Newest first. */
export async function listPredictions(ctx: Context, surveyId: string): Promise<Prediction[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return predictionsOf(ctx.store.db, surveyId);
}

export async function getPrediction(ctx: Context, id: string): Promise<Prediction> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return predictionById(ctx.store.db, id);
}

export async function removePrediction(ctx: Context, id: string): Promise<void> {
  authorize(ctx.principal, "prediction:write", ctx.store.projectId);
  await ctx.store.db.transaction().execute(async (trx) => {
    const prediction = await predictionById(trx, id);
    await requestCancel(trx, prediction.jobId);
    await trx.deleteFrom("predictions").where("id", "=", id).execute();
    for (const raster of [prediction.raster, prediction.uncertainty])
      if (raster) await trx.deleteFrom("assets").where("id", "=", raster.assetId).execute();
    await publishEvent(trx, { kind: "prediction", predictionId: id, surveyId: prediction.surveyId });
  });
  await rm(ctx.store.paths.prediction(id), { recursive: true, force: true });
}

/** Traces the polygons of a prediction at a threshold in the background, unless that is already going on. Throws what last went wrong. */
export type TraceRequest = (predictionId: string, threshold: number) => void;

/** Thresholds are kept to a thousandth, so that one place of the slider is one set of polygons. */
export const roundThreshold = (threshold: number): number => Math.round(threshold * 1_000) / 1_000;

export async function unlockedHoldouts(db: Database, surveyId: string): Promise<Polygon[]> {
  return (await featuresOf(db, surveyId, "holdout")).filter((feature) => !feature.locked).map((feature) => feature.geometry);
}
