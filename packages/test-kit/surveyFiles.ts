import { join } from "node:path";
import type { Grid } from "@reefline/schema/grid";

/** Where a synthetic survey's files lie. */
export interface SurveyFiles {
  readonly grid: Grid;
  readonly tif: string;
  /** Every reef, exactly. */
  readonly truth: string;
  /** What a person drew: every reef inside the examined areas, held-out ones among them. */
  readonly labels: string;
  /** Where a person looked; the held-out area lies inside. */
  readonly examined: string;
  readonly holdout: string;
  /** The exact reefs that touch the held-out area. */
  readonly holdoutTruth: string;
}

/** File names of a survey in its folder. */
export function surveyFiles(outDir: string, grid: Grid): SurveyFiles {
  const at = (name: string) => join(outDir, name);
  return {
    grid,
    tif: at("survey.tif"),
    truth: at("truth.geojson"),
    labels: at("labels.geojson"),
    examined: at("examined.geojson"),
    holdout: at("holdout.geojson"),
    holdoutTruth: at("holdout-truth.geojson"),
  };
}
