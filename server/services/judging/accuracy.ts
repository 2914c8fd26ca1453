import { evaluateArea } from "@reefline/inference/evaluateArea";
import { isSampleBlock } from "@reefline/schema/areaSample";
import type { Feature } from "@reefline/schema/feature";
import type { Evaluation } from "@reefline/schema/training";
import { openAsset } from "../../assets/openAsset.ts";
import { openSurveyRaster } from "../../assets/openSurveyRaster.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { lastEditSeq } from "../../storage/edits.ts";
import { featuresOf } from "../../storage/features.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Store } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { groundOf, isDrawnByModel } from "../labels/groundOf.ts";
import { labelsByClass } from "../predictions/judgedRasters.ts";
import { surveyImage } from "../surveys/surveys.ts";

/** Runs the comparison; given from outside, because it reads every pixel of the held-out areas. */
export type AccuracyRun = (predictionId: string, threshold: number) => Promise<Evaluation | null>;

const kept = new Map<string, Promise<Evaluation | null>>();
const keptCount = 200;

/** How good a prediction is on the held-out areas whose labels are locked; null while there are none. Kept until a label changes. */
export async function heldOutAccuracy(
  ctx: Context,
  request: { predictionId: string; threshold: number },
  evaluate: AccuracyRun,
): Promise<Evaluation | null> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  const prediction = await predictionById(db, request.predictionId);
  if (!prediction.raster) return null;
  if (!(await featuresOf(db, prediction.surveyId, "holdout")).some(judges)) return null;
  const key = `${prediction.id} ${request.threshold} ${await lastEditSeq(db, prediction.surveyId)}`;
  const known = kept.get(key);
  if (known) return known;
  const started = evaluate(prediction.id, request.threshold);
  kept.set(key, started);
  started.catch(() => kept.delete(key));
  const oldest = kept.keys().next().value;
  if (kept.size > keptCount && oldest !== undefined) kept.delete(oldest);
  return started;
}

/** A held-out area whose labels are final. */
const judges = (feature: Feature): boolean => feature.layer === "holdout" && feature.locked && !isSampleBlock(feature);

/** Counts on the survey's own pixels inside locked held-out areas; ground that a model labelled is left out. */
export async function evaluateOnLockedHoldouts(store: Store, predictionId: string, threshold: number): Promise<Evaluation | null> {
  const prediction = await predictionById(store.db, predictionId);
  const features = await featuresOf(store.db, prediction.surveyId);
  const area = features.filter(judges).map((feature) => feature.geometry);
  if (!prediction.raster || area.length === 0) return null;
  const ground = groundOf(features.filter((feature) => !isDrawnByModel(feature)));
  const drawnByModel = features.filter(isDrawnByModel).map((feature) => feature.geometry);
  const image = surveyImage(await surveyById(store.db, prediction.surveyId));
  const { classRaster } = prediction;
  const [probability, surveyRaster, told] = await Promise.all([
    openAsset(store, prediction.raster.assetId),
    openSurveyRaster(store, image),
    classRaster ? openAsset(store, classRaster.assetId) : null,
  ]);
  const classes =
    classRaster && told ? { names: classRaster.classes, truth: labelsByClass(classRaster.classes, ground), predicted: told } : null;
  try {
    return await evaluateArea({
      probability,
      surveyGrid: image.grid,
      surveyRaster,
      truth: ground.labels,
      area,
      ignore: [...ground.ignore, ...ground.unsure, ...drawnByModel],
      ...(classes ? { classes } : {}),
      threshold,
    });
  } finally {
    await Promise.all([probability.close(), surveyRaster.close(), told?.close()]);
  }
}
