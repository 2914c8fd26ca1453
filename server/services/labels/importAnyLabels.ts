import { isAppError } from "@reefline/schema/errors";
import type { Context } from "../../context.ts";
import { surveyById } from "../../storage/surveys.ts";
import { importLabels, type LabelImport, type LabelImportResult } from "./importLabels.ts";
import { importPhotoLabels, type PhotoLabelOptions, type PhotoLabelResult } from "./photoLabels.ts";

export type AnyLabelResult = (LabelImportResult & { readonly photos: null }) | { readonly photos: PhotoLabelResult };

/**
 * Imports a file of labels: into a folder of photos VIA, COCO and GeoJSON in photo pixels, into any survey GeoJSON on the ground.
 * @throws AppError what reading the file throws
 */
export async function importAnyLabels(ctx: Context, request: LabelImport, options: PhotoLabelOptions): Promise<AnyLabelResult> {
  const survey = await surveyById(ctx.store.db, request.surveyId);
  if (request.layer === "label" && survey.image?.photoCount !== undefined) {
    const { surveyId, fileName, bytes } = request;
    try {
      return { photos: await importPhotoLabels(ctx, { surveyId, source: { kind: "file", fileName, bytes }, options }) };
    } catch (error) {
      // GeoJSON in longitude and latitude goes onto the sheet as onto any other survey.
      if (!isAppError(error) || error.code !== "photos/unknown-format" || !isGeoJson(bytes)) throw error;
    }
  }
  return { ...(await importLabels(ctx, request)), photos: null };
}

/** Whether a file begins as GeoJSON does. */
export function isGeoJson(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 100_000)).toString("utf8");
  return /"type"\s*:\s*"(Feature(Collection)?|(Multi)?Polygon)"/.test(head);
}
