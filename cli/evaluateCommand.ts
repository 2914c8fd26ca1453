import { classScores, classSummary } from "@reefline/accuracy/classScores";
import { evaluationSummary } from "@reefline/accuracy/evaluationSummary";
import { parseGeoJson } from "@reefline/formats/geojsonImport";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import type { ClassCounts } from "@reefline/schema/classes";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Prediction } from "@reefline/schema/prediction";
import type { Survey } from "@reefline/schema/survey";
import type { Model } from "@reefline/schema/training";
import type { Command } from "commander";
import { openAsset } from "../server/assets/openAsset.ts";
import { openSurveyRaster } from "../server/assets/openSurveyRaster.ts";
import { photoTruth } from "../server/services/labels/photoLabels.ts";
import { labelsByClass } from "../server/services/predictions/judgedRasters.ts";
import { getPrediction, listPredictions, startPrediction } from "../server/services/predictions/predictions.ts";
import type { PhotoLabelReport } from "../server/services/surveys/placeOnPhotos.ts";
import { resolveSurvey, surveyImage } from "../server/services/surveys/surveys.ts";
import { resolveModel } from "../server/services/training/training.ts";
import { followJobs } from "./followJob.ts";
import { readLabelFile, readPolygons } from "./labelFile.ts";
import { collect, nonEmpty } from "./optionValues.ts";
import { type PhotoLabelFlags, photoLabelOptions, photoLabelSource, photoReportSentences, progressNote } from "./photoLabelCommands.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

/** A ready prediction of the whole survey by this model, else a new one of the area alone. */
async function predictionCovering(
  session: Session,
  survey: Survey,
  model: Model,
  area: Polygon[] | null,
  testTimeAugmentation: boolean,
): Promise<Prediction> {
  const { ctx } = session;
  const image = surveyImage(survey);
  const ready = (await listPredictions(ctx, survey.id)).filter(
    (one) =>
      one.state === "ready" &&
      one.modelId === model.id &&
      one.raster &&
      one.options.testTimeAugmentation === testTimeAugmentation &&
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
  const started = await startPrediction(ctx, {
    surveyId: survey.id,
    modelId: model.id,
    area,
    threshold: null,
    options: { testTimeAugmentation },
  });
  await followJobs(session, [started.jobId]);
  return getPrediction(ctx, started.id);
}

export interface EvaluateCommand extends PhotoLabelFlags {
  readonly survey: string;
  readonly model: string;
  readonly labels: string;
  readonly area?: string;
  readonly tta?: boolean;
}

interface Truth {
  readonly truth: Polygon[];
  /** The class of each of them; empty where a label says none. */
  readonly truthClasses: string[];
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
    const area = await readPolygons(session, options.area);
    const truth = polygons.map((polygon) => polygon.geometry);
    const truthClasses = polygons.map((polygon) => polygon.class ?? "");
    return { truth, truthClasses, area, ignore: [], predicted: area, report: null };
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
  const { truth, truthClasses, area, ignore, predicted, report } = await readTruth(session, survey, options);
  const prediction = await predictionCovering(session, survey, model, predicted, options.tta ?? false);
  if (!prediction.raster)
    throw new AppError("internal", "prediction/no-raster", "The prediction ended without a result. See: reefline jobs");
  const image = surveyImage(survey);
  const { classRaster } = prediction;
  const [probability, surveyRaster, told] = await Promise.all([
    openAsset(ctx.store, prediction.raster.assetId),
    openSurveyRaster(ctx.store, image),
    classRaster ? openAsset(ctx.store, classRaster.assetId) : null,
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
      ...(classRaster && told
        ? {
            classes: {
              names: classRaster.classes,
              truth: labelsByClass(classRaster.classes, { labels: truth, labelClasses: truthClasses }),
              predicted: told,
            },
          }
        : {}),
    });
    const { dice, iou, meanIou, precision, recall, tp, fp, fn, tn, areaM2, byClass } = evaluation;
    const more = evaluation.detail ? evaluationSummary(evaluation.detail, threshold) : null;
    const unit = isPixelCrs(image.grid.crs) ? "px" : "m²";
    session.result(
      {
        ...{ dice, iou, meanIou, precision, recall, tp, fp, fn, tn, threshold, areaM2, unit, ...more },
        ...(byClass ? { byClass: { ...byClass, scores: classScores(byClass), ...classSummary(byClass) } } : {}),
        ...(report ? { report } : {}),
      },
      [
        `Dice ${dice.toFixed(4)}, IoU ${iou.toFixed(4)}, mean IoU ${meanIou.toFixed(4)}, precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)} at threshold ${threshold.toFixed(2)}`,
        `  predicted ${areaM2.predicted.toFixed(1)} ${unit}, truth ${areaM2.truth.toFixed(1)} ${unit}`,
        ...(more
          ? [
              `  outlines within ${Number(more.boundary.toleranceMeters.toPrecision(3))} ${unit === "px" ? "px" : "m"}: F1 ${more.boundary.f1.toFixed(4)}; reefs one by one: F1 ${more.instances.f1.toFixed(4)} (${more.instances.matched} of ${more.instances.labelled} found, ${more.instances.predicted} predicted); calibration error ${more.calibration.expectedError.toFixed(4)}`,
            ]
          : []),
        ...(byClass ? classLines(byClass, unit) : []),
        ...(classRaster && !byClass ? [`  no label is of the class ${classRaster.classes.join(" or ")}: classes were not compared`] : []),
        ...(report ? [`  counted on ${report.matched.length} photos`, ...photoReportSentences(report)] : []),
      ],
    );
  } finally {
    await Promise.all([probability.close(), surveyRaster.close(), told?.close()]);
  }
}

/** A line for each class, and what was called what, in pixels: labelled in rows, predicted in columns. */
function classLines(counts: ClassCounts, unit: string): string[] {
  const { meanDice, rightClass } = classSummary(counts);
  const lines = classScores(counts).map(
    ({ name, labelledPx, predictedPx, dice, iou, precision, recall, areaM2 }) =>
      `  ${name}: ${labelledPx + predictedPx === 0 ? "neither labelled nor predicted" : `Dice ${dice.toFixed(4)}, IoU ${iou.toFixed(4)}, precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`}${areaM2 ? `; predicted ${areaM2.predicted.toFixed(1)} ${unit}, truth ${areaM2.labelled.toFixed(1)} ${unit}` : ""}`,
  );
  const names = ["no reef", ...counts.classes];
  const table = [["", ...names], ...counts.pixels.map((row, truth) => [names[truth] ?? "", ...row.map(String)])];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return [
    ...lines,
    `  classes on average: Dice ${meanDice?.toFixed(4) ?? "–"}${rightClass === null ? "" : `; of the reef that was found ${(100 * rightClass).toFixed(1)} % is called by its class`}`,
    "  pixels, labelled in rows and predicted in columns:",
    ...table.map(
      (row) =>
        `    ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`,
    ),
  ];
}

export function addEvaluate(program: Command): void {
  command(program, "evaluate", "compare a model's prediction with labels you trust")
    .requiredOption("--survey <survey>", "name or id")
    .requiredOption("--model <model>", "name or id")
    .requiredOption("--labels <file>", "GeoJSON of what is there; for photos also VIA or COCO JSON, or a folder of masks")
    .option("--area <file>", "GeoJSON of where to count; not needed for photos: those that the labels name count")
    .option("--tta", "judge predictions that average eight orientations of every window: more accurate, eight times the work")
    .option("--class-attribute <name>", "photos: the attribute that holds the class", nonEmpty)
    .option("--only <class>", "photos: only labels of this class; may be repeated", collect)
    .option("--mask-classes <value=class,...>", "photos: what the values of masks mean, such as 255=reef", nonEmpty)
    .option("--empty-examined", "photos: those that the file lists without an outline count, as empty")
    .action((options: EvaluateCommand, of: Command) => inSession(of, (session) => evaluate(session, options)));
}
