import { cohenKappa } from "@reefline/accuracy/kappa";
import { boundaryScores, instanceScores } from "@reefline/accuracy/scores";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { evaluateArea } from "@reefline/inference/evaluateArea";
import { polygonRaster } from "@reefline/inference/polygonRaster";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { LabelAgreement } from "@reefline/schema/labelAgreement";
import { openSurveyRaster } from "../../assets/openSurveyRaster.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featuresOf } from "../../storage/features.ts";
import { surveyById } from "../../storage/surveys.ts";
import { surveyImage } from "../surveys/surveys.ts";
import { groundOf } from "./groundOf.ts";
import { labelConflicts } from "./labelConflicts.ts";

export interface LabellerSource {
  readonly polygons: readonly Polygon[];
}

/**
 * How far two people agree about the same ground, on the survey's own pixels: what a model can be expected to reach at most.
 * @param request.first null: the survey's own labels
 * @param request.area where both have looked; null: the survey's examined areas
 * @throws AppError `agreement/no-area`
 */
export async function labellerAgreement(
  ctx: Context,
  request: { surveyId: string; first: LabellerSource | null; second: LabellerSource; area: readonly Polygon[] | null },
): Promise<LabelAgreement> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  const image = surveyImage(await surveyById(db, request.surveyId));
  const ground = groundOf(await featuresOf(db, request.surveyId));
  const area = [...(request.area ?? ground.examined)];
  if (area.length === 0) {
    throw new AppError(
      "bad-input",
      "agreement/no-area",
      "Nothing says where both have looked. Mark the ground that was examined, or name a file with --area.",
    );
  }
  const truth = [...(request.first?.polygons ?? ground.labels)];
  const probability = polygonRaster(image.grid, request.second.polygons);
  const surveyRaster = await openSurveyRaster(ctx.store, image);
  try {
    const compared = { probability, truth, area, ignore: [...ground.ignore, ...ground.unsure] };
    const evaluation = await evaluateArea({ ...compared, surveyGrid: image.grid, surveyRaster, threshold: 0.5 });
    const shapes = evaluation.detail?.shapes[0];
    if (!evaluation.detail || !shapes) throw new AppError("internal", "agreement/no-shapes", "The outlines were not counted.");
    const disagreements = await labelConflicts({ ...compared, within: area, surveyId: request.surveyId, sure: 0.5 });
    return {
      evaluation,
      kappa: cohenKappa(evaluation),
      boundaryF1: boundaryScores(shapes.boundary).f1,
      toleranceMeters: evaluation.detail.toleranceMeters,
      instances: instanceScores(shapes.sizes),
      unit: isPixelCrs(image.grid.crs) ? "px" : "m²",
      disagreements: disagreements.sort((a, b) => b.areaM2 - a.areaM2),
    };
  } finally {
    await surveyRaster.close();
  }
}
