import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Raster } from "@reefline/raster/raster";
import type { Progress } from "@reefline/schema/job";
import type { SurveyImage } from "@reefline/schema/survey";
import { computeSwath } from "./computeSwath.ts";
import type { SurveyPredictor } from "./inferWindow.ts";
import { ProgressMeter } from "./progressMeter.ts";
import { plannedArea, planSurvey, type SurveyPlan, type SurveyPlanInput, tasksOfSwath } from "./surveyPlan.ts";
import { inferringHere } from "./windowInference.ts";
import { readingWindows, type WindowSource } from "./windowSource.ts";
import { WindowsAhead } from "./windowsAhead.ts";

export interface PredictSurveyInput extends Omit<SurveyPlanInput, "card" | "strideMultiplePx"> {
  readonly predictor: SurveyPredictor;
  readonly raster: Raster;
  readonly image: SurveyImage;
  /** Folder for the swaths' files. */
  readonly swathDir: string;
  /** Windows from elsewhere than this process. */
  readonly openSource?: (plan: SurveyPlan) => WindowSource;
  readonly onProgress?: (progress: Progress) => void;
  /** Asked between windows. */
  readonly shouldCancel?: () => boolean;
}

export interface PredictSurveyResult {
  readonly plan: SurveyPlan;
  /** The survey file's own GeoKeys when its CRS has no EPSG code. */
  readonly rawGeoKeys: Raster["rawGeoKeys"];
  /** Top to bottom, for `assemblePrediction`. */
  readonly swathPaths: readonly string[];
  readonly windowsComputed: number;
}

/**
 * Predicts a survey in one go, swath by swath, for whoever has no need to share or to resume; jobs compute single swaths.
 * @throws AppError "inference/cancelled" when `shouldCancel` says so, "inference/area-outside", and what reading the image throws
 */
export async function predictSurvey(input: PredictSurveyInput): Promise<PredictSurveyResult> {
  const { predictor, raster, image, swathDir } = input;
  const plan = planSurvey({ ...input, card: predictor.card, strideMultiplePx: predictor.strideMultiplePx });
  const source = new WindowsAhead(input.openSource?.(plan) ?? readingWindows(raster, image, plan));
  const { windows, modelGrid } = plan;
  const area = plannedArea(modelGrid, plan.area);
  const tasks = windows.rowOffs.map((_, index) => tasksOfSwath(plan, area, index).filter((task) => task !== null).length);
  const windowCount = tasks.reduce((sum, count) => sum + count, 0);
  const groundPx = modelGrid.widthPx * modelGrid.heightPx;
  const meter = new ProgressMeter(groundPx, 0);
  let windowsDone = 0;
  await mkdir(swathDir, { recursive: true });
  const swathPaths: string[] = [];
  let windowsComputed = 0;
  const inference = inferringHere(predictor, plan);
  let written: Promise<{ windowsComputed: number }> | null = null;
  try {
    for (let index = 0; index < windows.rowOffs.length; index++) {
      const path = join(swathDir, `swath-${String(index).padStart(6, "0")}.bin`);
      const done = await computeSwath({
        plan,
        index,
        next: index + 1 < windows.rowOffs.length ? index + 1 : null,
        inference,
        source,
        path,
        shouldCancel: input.shouldCancel,
        onWindow: () => {
          const progress = meter.at((++windowsDone / windowCount) * groundPx);
          input.onProgress?.({ ...progress, message: `Predicting${progress.message}` });
        },
      });
      windowsComputed += (await written)?.windowsComputed ?? 0;
      written = done.written;
      swathPaths.push(path);
    }
    windowsComputed += (await written)?.windowsComputed ?? 0;
  } finally {
    // What was begun ends before what it reads from is closed.
    await Promise.allSettled([written]);
    await source.close();
  }
  return { plan, rawGeoKeys: raster.rawGeoKeys, swathPaths, windowsComputed };
}
