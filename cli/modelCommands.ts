import { evaluationSummary } from "@reefline/accuracy/evaluationSummary";
import { parseGeoJson } from "@reefline/formats/geojsonImport";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Prediction, PredictionOptions } from "@reefline/schema/prediction";
import type { Survey } from "@reefline/schema/survey";
import {
  type AugmentationName,
  type LossName,
  type Model,
  type ModelCard,
  type PresetName,
  type ScheduleName,
  type TrainConfig,
  trainConfigSchema,
} from "@reefline/schema/training";
import { engineTitles } from "@reefline/segmentation/engineChoice";
import { openAsset } from "../server/assets/openAsset.ts";
import { openSurveyRaster } from "../server/assets/openSurveyRaster.ts";
import { photoTruth } from "../server/services/photoLabels.ts";
import type { PhotoLabelReport } from "../server/services/placeOnPhotos.ts";
import { getPrediction, listPredictions, startPrediction } from "../server/services/predictions.ts";
import { resolveSurvey, surveyImage } from "../server/services/surveys.ts";
import { getModel, getRun, resolveModel, startRun } from "../server/services/training.ts";
import { polygonSet } from "../server/storage/polygonSets.ts";
import { compareRecipes } from "./compareCommand.ts";
import { type FoldFlags, foldPlanOf, printFolds } from "./foldCommands.ts";
import { followJobs } from "./followJob.ts";
import { readLabelFile } from "./labelFile.ts";
import { engineTrialLines } from "./modelEngines.ts";
import { type PhotoLabelFlags, photoLabelOptions, photoLabelSource, photoReportSentences, progressNote } from "./photoLabelCommands.ts";
import type { Session } from "./session.ts";

export interface TrainOptions extends FoldFlags {
  /** Train the course's recipes and ours one after the other. */
  readonly compare?: boolean;
  readonly survey: string[];
  readonly model: string;
  /** Left out: the best there is here. */
  readonly preset?: PresetName;
  readonly seed?: number;
  readonly minutes?: number;
  readonly epochs?: number;
  readonly loss?: LossName;
  readonly schedule?: ScheduleName;
  readonly rate?: number;
  readonly augment?: AugmentationName;
  readonly reefShare?: number;
  readonly patience?: number;
  readonly average?: boolean;
  readonly unsharp?: boolean;
  readonly gsd?: number;
  /** Name or id of a model to go on from. */
  readonly from?: string;
  readonly labelShare?: number;
  readonly rejectedShare?: number;
}

/** Flags that say how to train, without what the model is called. */
export type RecipeOptions = Omit<TrainOptions, "model">;

export function configOf(session: Session, options: RecipeOptions): TrainConfig {
  const { epochs, minutes } = options;
  return trainConfigSchema.parse({
    preset: options.preset ?? (session.ctx.store.config.encoderPath === null ? "fast" : "best"),
    seed: options.seed,
    budget: epochs !== undefined ? { kind: "epochs", epochs } : minutes !== undefined ? { kind: "minutes", minutes } : undefined,
    loss: options.loss,
    schedule: options.schedule,
    learningRate: options.rate,
    augmentation: options.augment,
    reefShare: options.reefShare,
    patience: options.patience,
    averaging: options.average,
    unsharp: options.unsharp,
    gsdMeters: options.gsd,
    folds: foldPlanOf(options),
    labelShare: options.labelShare,
    rejectedShare: options.rejectedShare,
  });
}

export async function train(session: Session, options: TrainOptions): Promise<void> {
  const { ctx } = session;
  const surveys = await Promise.all(options.survey.map((name) => resolveSurvey(ctx, name)));
  const from = options.from === undefined ? null : await resolveModel(ctx, options.from);
  const config = { ...configOf(session, options), fromModelId: from?.id ?? null };
  if (options.compare) return compareRecipes(session, { name: options.model, surveyIds: surveys.map(({ id }) => id), shared: config });
  const started = await startRun(ctx, { name: options.model, surveyIds: surveys.map((survey) => survey.id), config });
  await followJobs(session, [started.jobId]);
  const run = await getRun(ctx, started.id);
  const { preset } = run.config;
  if (run.config.folds) return printFolds(session, run);
  if (!run.modelId) throw new AppError("internal", "training/no-model", "Training ended without a model. See: reefline jobs");
  const model = await getModel(ctx, run.modelId);
  const { card } = model;
  session.result(
    {
      model: { id: model.id, name: model.name },
      runId: run.id,
      preset,
      epochs: card.epochs,
      bestEpoch: card.bestEpoch,
      threshold: card.threshold,
      trainSeconds: card.trainSeconds,
      stoppedBecause: card.stoppedBecause,
      validation: card.validation,
      heldOut: card.heldOut,
      ...(card.trainedFrom ? { trainedFrom: card.trainedFrom } : {}),
    },
    [
      `Trained ${model.name} (${preset}) for ${Math.round(card.trainSeconds)} s, ${card.epochs} epochs (best: ${card.bestEpoch}).`,
      `  validation Dice ${card.validation.dice.toFixed(3)} at threshold ${card.threshold.toFixed(2)}`,
      card.heldOut ? `  held-out Dice ${card.heldOut.dice.toFixed(3)}, IoU ${card.heldOut.iou.toFixed(3)}` : "  no held-out area was drawn",
      ...beforeLines(card),
      ...(card.split.buffered
        ? []
        : ["  The ground was too small to keep training and validation apart. Judge the labels with: reefline train --folds 5"]),
    ],
  );
}

/** The model that training went on from, on the same ground. */
function beforeLines({ trainedFrom: before, heldOut }: ModelCard): string[] {
  if (!before) return [];
  if (!before.heldOut || !heldOut) return [`  went on from ${before.modelName}; without a held-out area nothing says which is better`];
  const change = heldOut.dice - before.heldOut.dice;
  return [
    `  before (${before.modelName}): held-out Dice ${before.heldOut.dice.toFixed(3)}, now ${change >= 0 ? "+" : "−"}${Math.abs(change).toFixed(3)}`,
    ...(before.mayHaveSeen
      ? ["  The held-out areas are newer than that model: it may have learned from them, and look better than it is."]
      : []),
  ];
}

async function readArea(session: Session, file: string): Promise<Polygon[]> {
  const { polygons } = await parseGeoJson(await readLabelFile(session, file), session.ctx.store.config.limits);
  if (polygons.length === 0) throw new AppError("bad-input", "cli/no-area", `${file} holds no polygon.`);
  return polygons.map((polygon) => polygon.geometry);
}

export interface PredictCommand {
  readonly survey: string;
  readonly model: string;
  readonly area?: string;
  readonly threshold: number | "auto";
  readonly tta?: boolean;
  readonly uncertainty?: boolean;
  readonly engine: PredictionOptions["engine"];
}

export async function predict(session: Session, options: PredictCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const model = await resolveModel(ctx, options.model);
  const area = options.area ? await readArea(session, options.area) : null;
  const threshold = options.threshold === "auto" ? null : options.threshold;
  const started = await startPrediction(ctx, {
    surveyId: survey.id,
    modelId: model.id,
    area,
    threshold,
    options: { testTimeAugmentation: options.tta ?? false, uncertainty: options.uncertainty ?? false, engine: options.engine },
  });
  await followJobs(session, [started.jobId]);
  const prediction = await getPrediction(ctx, started.id);
  const { engine } = prediction;
  const polygons = (await polygonSet(ctx.store.db, prediction.id, prediction.threshold)) ?? [];
  const areaM2 = polygons.reduce((sum, polygon) => sum + polygon.areaM2, 0);
  session.result(
    {
      prediction: { id: prediction.id, surveyId: survey.id, modelId: model.id, threshold: prediction.threshold },
      options: prediction.options,
      engine,
      polygonCount: polygons.length,
      areaM2,
    },
    [
      `Predicted ${survey.name}: ${polygons.length} polygons, ${areaM2.toFixed(1)} ${survey.image && isPixelCrs(survey.image.grid.crs) ? "px" : "m²"} at threshold ${prediction.threshold.toFixed(2)}.`,
      ...(engine ? [`  computed with ${engineTitles[engine.name]} ${engine.version}, ${engine.threads} threads`] : []),
      ...engineTrialLines(engine?.trials ?? []).map((line) => `  ${line}`),
    ],
  );
}

/** A ready prediction of the whole survey by this model, else a new one of the area alone. */
async function predictionCovering(session: Session, survey: Survey, model: Model, area: Polygon[] | null): Promise<Prediction> {
  const { ctx } = session;
  const image = surveyImage(survey);
  const ready = (await listPredictions(ctx, survey.id)).filter(
    (one) =>
      one.state === "ready" &&
      one.modelId === model.id &&
      one.raster &&
      !one.options.testTimeAugmentation &&
      // One from before the imagery was moved shows another place.
      liesAsImagery(one.raster.grid, image.grid),
  );
  const whole = ready.find((one) => one.area === null);
  const same = ready.find((one) => JSON.stringify(one.area) === JSON.stringify(area));
  const found = whole ?? same;
  if (found) {
    session.note(`Using the prediction ${found.id} of image ${image.version}.`);
    return found;
  }
  const started = await startPrediction(ctx, { surveyId: survey.id, modelId: model.id, area, threshold: null });
  await followJobs(session, [started.jobId]);
  return getPrediction(ctx, started.id);
}

export interface EvaluateCommand extends PhotoLabelFlags {
  readonly survey: string;
  readonly model: string;
  readonly labels: string;
  readonly area?: string;
}

interface Truth {
  readonly truth: Polygon[];
  /** Where to count. */
  readonly area: Polygon[];
  readonly ignore: Polygon[];
  /** Where to predict when nobody has; null: everywhere. */
  readonly predicted: Polygon[] | null;
  readonly report: PhotoLabelReport | null;
}

/** Labels and area from files; of photos, those that the labels name are the area. @throws AppError `evaluate/no-area` */
async function readTruth(session: Session, survey: Survey, options: EvaluateCommand): Promise<Truth> {
  const { ctx } = session;
  if (options.area !== undefined) {
    const { polygons } = await parseGeoJson(await readLabelFile(session, options.labels), ctx.store.config.limits);
    const area = await readArea(session, options.area);
    return { truth: polygons.map((polygon) => polygon.geometry), area, ignore: [], predicted: area, report: null };
  }
  if (survey.image?.photoCount === undefined) {
    throw new AppError(
      "bad-input",
      "evaluate/no-area",
      `Say where the labels are complete, with --area FILE: outside of it nobody knows what is there. (Only for a folder of photos the labels say it themselves.)`,
    );
  }
  const { source, refused } = await photoLabelSource(session, options.labels);
  const labels = await photoTruth(ctx, {
    surveyId: survey.id,
    source,
    options: photoLabelOptions(options),
    onProgress: progressNote(session),
  });
  const report = { ...labels.report, refused: [...labels.report.refused, ...refused] };
  const isAll = report.matched.length === survey.image.photoCount;
  return { ...labels, predicted: isAll ? null : labels.area, report };
}

/** How well a model predicts what is labelled: inside an area, or on the photos that the labels name. */
export async function evaluate(session: Session, options: EvaluateCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const model = await resolveModel(ctx, options.model);
  const { truth, area, ignore, predicted, report } = await readTruth(session, survey, options);
  const prediction = await predictionCovering(session, survey, model, predicted);
  if (!prediction.raster)
    throw new AppError("internal", "prediction/no-raster", "The prediction ended without a result. See: reefline jobs");
  const image = surveyImage(survey);
  const [probability, surveyRaster] = await Promise.all([
    openAsset(ctx.store, prediction.raster.assetId),
    openSurveyRaster(ctx.store, image),
  ]);
  try {
    const { threshold } = model.card;
    const evaluation = await evaluateArea({
      probability,
      surveyGrid: image.grid,
      surveyRaster,
      truth,
      area,
      ignore,
      threshold,
    });
    const { dice, iou, meanIou, precision, recall, tp, fp, fn, tn, areaM2 } = evaluation;
    const more = evaluation.detail ? evaluationSummary(evaluation.detail, threshold) : null;
    const unit = isPixelCrs(image.grid.crs) ? "px" : "m²";
    session.result(
      { dice, iou, meanIou, precision, recall, tp, fp, fn, tn, threshold, areaM2, unit, ...more, ...(report ? { report } : {}) },
      [
        `Dice ${dice.toFixed(4)}, IoU ${iou.toFixed(4)}, mean IoU ${meanIou.toFixed(4)}, precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)} at threshold ${threshold.toFixed(2)}`,
        `  predicted ${areaM2.predicted.toFixed(1)} ${unit}, truth ${areaM2.truth.toFixed(1)} ${unit}`,
        ...(more
          ? [
              `  outlines within ${Number(more.boundary.toleranceMeters.toPrecision(3))} ${unit === "px" ? "px" : "m"}: F1 ${more.boundary.f1.toFixed(4)}; reefs one by one: F1 ${more.instances.f1.toFixed(4)} (${more.instances.matched} of ${more.instances.labelled} found, ${more.instances.predicted} predicted); calibration error ${more.calibration.expectedError.toFixed(4)}`,
            ]
          : []),
        ...(report ? [`  counted on ${report.matched.length} photos`, ...photoReportSentences(report)] : []),
      ],
    );
  } finally {
    await Promise.all([probability.close(), surveyRaster.close()]);
  }
}
