import type { Raster } from "@reefline/raster/raster";
import type { SurveyImage } from "@reefline/schema/survey";
import type { Store } from "../storage/store.ts";
import { openRasterPlace, surveyRasterPlace } from "./rasterPlace.ts";

/** The one way to open a survey's image: in the data folder or at a web address, where its row places it on the ground. */
export async function openSurveyRaster(store: Store, image: SurveyImage): Promise<Raster> {
  return openRasterPlace(await surveyRasterPlace(store, image), store.config.limits);
}
