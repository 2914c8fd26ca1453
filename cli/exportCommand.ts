import { createWriteStream } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "@reefline/schema/errors";
import type { Survey } from "@reefline/schema/survey";
import { type Command, Option } from "commander";
import { writeAtomically } from "../server/assets/store.ts";
import { type ExportFile, type ExportFormat, exportFormats } from "../server/services/exports/exportFile.ts";
import { type ExportCrs, exportLabels, exportPrediction, predictionToExport } from "../server/services/exports/exportLayer.ts";
import { exportPhotos, type PhotoFormat, photoFormats } from "../server/services/exports/exportPhotos.ts";
import { exportRaster, type RasterKind, rasterKinds } from "../server/services/exports/exportRaster.ts";
import { storePolygonSet } from "../server/services/predictions/polygonSets.ts";
import { roundThreshold } from "../server/services/predictions/predictions.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { fraction } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

export interface ExportCommand {
  readonly survey: string;
  readonly layer: "label" | "prediction" | RasterKind;
  readonly out: string;
  readonly threshold?: number;
  readonly format: ExportFormat | PhotoFormat;
  readonly crs: ExportCrs;
}

export async function exportCommand(session: Session, options: ExportCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const out = resolve(options.out);
  if (options.format === "shp" && !/\.zip$/i.test(out)) {
    throw new AppError(
      "bad-input",
      "export/shapefile-name",
      `A Shapefile is several files, so it is written as a zip: name one, for instance --out ${basename(out, extname(out))}.zip.`,
    );
  }
  const { format } = options;
  const ofPhotos = photoFormat(survey, options);
  if (ofPhotos) return exportOfPhotos(session, { survey, format: ofPhotos, out, options });
  if (!isTableFormat(format)) {
    throw new AppError(
      "bad-input",
      "photos/not-photos",
      `"${survey.name}" is not a folder of photos: export it as geojson, gpkg, fgb or shp.`,
    );
  }
  const request = { format, crs: options.crs, ids: null };
  let file: ExportFile;
  if (options.layer === "label") file = await exportLabels(ctx, survey.id, request);
  else if (options.layer !== "prediction") {
    const prediction = await predictionToExport(ctx, survey.id, null);
    file = await exportRaster(ctx, prediction, options.layer, roundThreshold(options.threshold ?? prediction.threshold));
  } else {
    const prediction = await predictionToExport(ctx, survey.id, null);
    const threshold = roundThreshold(options.threshold ?? prediction.threshold);
    await storePolygonSet(ctx.store, prediction.id, threshold);
    const predicted = await exportPrediction(ctx, prediction, threshold, request);
    if (predicted.hiddenAreaCount > 0) {
      session.note(
        "Polygons inside held-out areas are left out until the labels there are locked (in the browser, or by importing the area with --locked).",
      );
    }
    file = predicted;
  }
  await writeAtomically(out, (temporary) => pipeline(Readable.from(file.pieces), createWriteStream(temporary)));
  const { featureCount, notes } = file.outcome;
  for (const note of notes) session.note(note);
  if (options.layer !== "label" && options.layer !== "prediction") {
    session.result({ surveyId: survey.id, layer: options.layer, format: "tif", out }, [
      `Wrote the ${options.layer} raster to ${options.out}.`,
    ]);
    return;
  }
  session.result({ surveyId: survey.id, layer: options.layer, format: options.format, crs: options.crs, out, featureCount, notes }, [
    `Wrote ${featureCount} polygons to ${options.out}.`,
  ]);
}

const isTableFormat = (format: string): format is ExportFormat => exportFormats.some((one) => one === format);
const isPhotoFormat = (format: string): format is PhotoFormat => photoFormats.some((one) => one === format);

/** Polygons of photos go out by photo, GeoJSON too: on the sheet their longitudes and latitudes mean nothing. */
function photoFormat(survey: Survey, { format, layer, crs }: ExportCommand): PhotoFormat | null {
  if (survey.image?.photoCount === undefined || crs === "survey" || (layer !== "label" && layer !== "prediction")) return null;
  return isPhotoFormat(format) ? format : null;
}

async function exportOfPhotos(
  session: Session,
  { survey, format, out, options }: { survey: Survey; format: PhotoFormat; out: string; options: ExportCommand },
): Promise<void> {
  const { ctx } = session;
  const prediction = options.layer === "prediction" ? await predictionToExport(ctx, survey.id, null) : null;
  const threshold = prediction ? roundThreshold(options.threshold ?? prediction.threshold) : 0;
  if (prediction) await storePolygonSet(ctx.store, prediction.id, threshold);
  const file = await exportPhotos(ctx, { surveyId: survey.id, format, predicted: prediction ? { prediction, threshold } : null });
  await writeAtomically(out, (temporary) => pipeline(Readable.from(file.pieces), createWriteStream(temporary)));
  const { featureCount, notes } = file.outcome;
  for (const note of notes) session.note(note);
  session.result({ surveyId: survey.id, layer: options.layer, format, out, featureCount, notes }, [
    `Wrote ${featureCount} polygons of ${survey.image?.photoCount} photos to ${options.out}.`,
  ]);
}

export function addExport(program: Command): void {
  command(program, "export", "write labels or predictions to a file")
    .requiredOption("--survey <survey>", "name or id")
    .addOption(new Option("--layer <layer>", "what").choices(["label", "prediction", ...rasterKinds]).makeOptionMandatory())
    .addOption(
      new Option("--format <format>", "how (shp: a zip with the Shapefile's parts; via, coco, masks, csv: of photos, in their own pixels)")
        .choices([...new Set([...exportFormats, ...photoFormats])])
        .default("geojson"),
    )
    .addOption(
      new Option("--crs <crs>", "wgs84: longitude and latitude; survey: the image's own").choices(["wgs84", "survey"]).default("wgs84"),
    )
    .requiredOption("--out <file>", "where to")
    .option("--threshold <t>", "for predictions, instead of the prediction's own", fraction)
    .action((options: ExportCommand, of: Command) => inSession(of, (session) => exportCommand(session, options)));
}
