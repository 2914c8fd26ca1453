import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { PredictionOptions } from "@reefline/schema/prediction";
import { engineNames } from "@reefline/schema/prediction";
import { engineTitles } from "@reefline/segmentation/engines/engineChoice";
import { type Command, Option } from "commander";
import { getPrediction, startPrediction } from "../server/services/predictions/predictions.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { resolveModel } from "../server/services/training/training.ts";
import { polygonSet } from "../server/storage/polygonSets.ts";
import { followJobs } from "./followJob.ts";
import { readPolygons } from "./labelFile.ts";
import { engineTrialLines } from "./modelEngines.ts";
import { thresholdOrAuto } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

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
  const area = options.area ? await readPolygons(session, options.area) : null;
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
  const unit = survey.image && isPixelCrs(survey.image.grid.crs) ? "px" : "m²";
  const classes = (prediction.classRaster?.classes ?? []).map((name) => {
    const own = polygons.filter((polygon) => polygon.class === name);
    return { name, polygonCount: own.length, areaM2: own.reduce((sum, polygon) => sum + polygon.areaM2, 0) };
  });
  session.result(
    {
      prediction: { id: prediction.id, surveyId: survey.id, modelId: model.id, threshold: prediction.threshold },
      options: prediction.options,
      engine,
      polygonCount: polygons.length,
      areaM2,
      ...(classes.length > 0 ? { classes } : {}),
    },
    [
      `Predicted ${survey.name}: ${polygons.length} polygons, ${areaM2.toFixed(1)} ${unit} at threshold ${prediction.threshold.toFixed(2)}.`,
      ...classes.map((own) => `  ${own.name}: ${own.polygonCount} polygons, ${own.areaM2.toFixed(1)} ${unit}`),
      ...(engine ? [`  computed with ${engineTitles[engine.name]} ${engine.version}, ${engine.threads} threads`] : []),
      ...engineTrialLines(engine?.trials ?? []).map((line) => `  ${line}`),
    ],
  );
}

export function addPredict(program: Command): void {
  command(program, "predict", "predict a survey, or an area of it")
    .requiredOption("--survey <survey>", "name or id")
    .requiredOption("--model <model>", "name or id")
    .option("--area <file>", "GeoJSON of the area (default: the whole survey)")
    .option("--threshold <t>", "auto, or a number from 0 to 1", thresholdOrAuto, "auto" as const)
    .option("--tta", "average eight orientations of every window: more accurate, eight times the work")
    .option("--uncertainty", "write where the model is unsure as well")
    .addOption(
      new Option("--engine <engine>", "what to compute with; auto: the fastest that agrees")
        .choices(["auto", ...engineNames])
        .default("auto"),
    )
    .action((options: PredictCommand, of: Command) => inSession(of, (session) => predict(session, options)));
}
