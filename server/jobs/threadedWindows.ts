import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SurveyPlan, WindowTask } from "@reefline/inference/surveyPlan";
import { type LoadedWindow, readingWindows, type WindowSource } from "@reefline/inference/windowSource";
import type { Limits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import { openRasterPlace, type RasterPlace } from "../assets/rasterPlace.ts";
import { AskedThread } from "./askedThread.ts";
import { memoryOf } from "./threadMemory.ts";

/** What the thread is given: plain data, and a raster it opens for itself. */
export interface WindowThreadInput {
  readonly place: RasterPlace;
  readonly limits: Limits;
  readonly image: SurveyImage;
  readonly plan: SurveyPlan;
}

const threadFile = new URL("./windowReader.thread.js", import.meta.url);

/**
 * Windows decoded, resampled, stretched and sharpened in a thread of their own: TensorFlow holds this one while it computes. Run from
 * sources, where the thread is not bundled, they are read in place.
 */
export async function threadedWindows(input: WindowThreadInput): Promise<WindowSource> {
  if (!existsSync(fileURLToPath(threadFile))) {
    const raster = await openRasterPlace(input.place, input.limits);
    const here = readingWindows(raster, input.image, input.plan);
    return { ...here, close: () => raster.close() };
  }
  const stopped = { code: "prediction/reader", message: "The part that reads the survey stopped. Try again." };
  const thread = new AskedThread<WindowTask, LoadedWindow | null>(threadFile, input, stopped);
  return {
    load: (task) => thread.ask(task),
    giveBack: (spent) => thread.tell(spent, memoryOf([spent.pixels, spent.valid, spent.keep])),
    close: () => thread.terminate({ kind: "cancelled", code: "prediction/reader", message: "The prediction has ended." }),
  };
}
