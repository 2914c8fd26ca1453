import { parseGeoJson } from "@reefline/formats/geojsonImport";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { LabelAgreement } from "@reefline/schema/labelAgreement";
import type { Context } from "../../context.ts";
import { surveyById } from "../../storage/surveys.ts";
import { unsureClass } from "./groundOf.ts";
import { isGeoJson } from "./importAnyLabels.ts";
import { labellerAgreement } from "./labellerAgreement.ts";
import { readPhotoLabels } from "./photoLabels.ts";

export interface AgreementFile {
  readonly surveyId: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Compares a file; given from outside, because it reads every examined pixel. */
export interface LabelComparison {
  compareLabels(request: AgreementFile): Promise<LabelAgreement>;
}

/**
 * How far a second labeller's file agrees with the survey's own labels, inside its examined areas. Nothing of the file is stored.
 * @throws AppError `agreement/no-area`, `agreement/no-polygons`, and what reading the file throws
 */
export async function agreementWithFile(ctx: Context, request: AgreementFile): Promise<LabelAgreement> {
  const polygons = await polygonsOf(ctx, request);
  if (polygons.length === 0) {
    throw new AppError(
      "bad-input",
      "agreement/no-polygons",
      `${request.fileName} holds no polygon on this survey, so there is nothing to compare. Choose the second labeller's file.`,
    );
  }
  return labellerAgreement(ctx, { surveyId: request.surveyId, first: null, second: { polygons }, area: null });
}

async function polygonsOf(ctx: Context, { surveyId, fileName, bytes }: AgreementFile): Promise<Polygon[]> {
  const survey = await surveyById(ctx.store.db, surveyId);
  if (survey.image?.photoCount !== undefined) {
    const options = { defaultClass: "reef", classAttribute: null, only: null, emptyIsExamined: false, maskClasses: null };
    try {
      const { labelled } = await readPhotoLabels(ctx, { surveyId, source: { kind: "file", fileName, bytes }, options });
      return labelled.flatMap(({ labels }) => labels.flatMap((label) => (label.class === unsureClass ? [] : [label.geometry])));
    } catch (error) {
      if (!isAppError(error) || error.code !== "photos/unknown-format" || !isGeoJson(bytes)) throw error;
    }
  }
  const { polygons } = await parseGeoJson(bytes, ctx.store.config.limits);
  return polygons.flatMap((polygon) => (polygon.class === unsureClass ? [] : [polygon.geometry]));
}
