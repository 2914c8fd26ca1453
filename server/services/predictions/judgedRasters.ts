import { join } from "node:path";
import { assemblePrediction } from "@reefline/inference/assemblePrediction";
import type { ClassesToJudge } from "@reefline/inference/heldOutStripes";
import type { PredictSurveyResult } from "@reefline/inference/predictSurvey";
import type { Raster } from "@reefline/raster/raster";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { Polygon } from "@reefline/schema/feature";

/** Labels of which some may say a class of reef. */
export interface ClassedLabels {
  readonly labels: readonly Polygon[];
  /** The class of each of them; absent: none is known. */
  readonly labelClasses?: readonly string[];
}

/** The labels of each class, in the order of the names. */
export function labelsByClass(names: readonly string[], { labels, labelClasses = [] }: ClassedLabels): Polygon[][] {
  return names.map((name) => labels.filter((_, i) => labelClasses[i] === name));
}

/** A prediction put together to be judged, and then to be thrown away. */
export interface JudgedRasters {
  readonly probability: Raster;
  /** Of a model that tells classes apart. */
  readonly classes?: ClassesToJudge;
  close(): Promise<void>;
}

/** Puts a prediction together in a folder, its classes too where the model tells them apart. */
export async function judgedRasters(
  predicted: PredictSurveyResult,
  { folder, classNames, labels, signal }: { folder: string; classNames: readonly string[]; labels: ClassedLabels; signal: AbortSignal },
): Promise<JudgedRasters> {
  const path = join(folder, "probability.tif");
  const classPath = join(folder, "classes.tif");
  await assemblePrediction({ ...predicted, outPath: path, band: "probability", signal });
  if (classNames.length > 0) await assemblePrediction({ ...predicted, outPath: classPath, band: "classes", classNames, signal });
  const probability = await openGeoTiff(await openFileSource(path));
  if (classNames.length === 0) return { probability, close: () => probability.close() };
  const told = await openGeoTiff(await openFileSource(classPath));
  return {
    probability,
    classes: { names: classNames, truth: labelsByClass(classNames, labels), predicted: told },
    close: async () => void (await Promise.all([probability.close(), told.close()])),
  };
}
