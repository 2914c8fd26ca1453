import { lonLatToPixel } from "@reefline/geo/grid";
import { photoFinder } from "@reefline/geo/photoFinder";
import type { Photo } from "@reefline/schema/photo";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featureBoxes } from "../../storage/features.ts";
import { photosOf } from "../../storage/photos.ts";
import { surveyById } from "../../storage/surveys.ts";
import { surveyImage } from "./surveys.ts";

export interface SurveyPhoto extends Photo {
  readonly labelCount: number;
  readonly isExamined: boolean;
  readonly isHeldOut: boolean;
}

/**
 * The photos on a survey's sheet in their order, with how many labels lie on each, whether it was examined and whether it is held out (told
 * by the middle of each polygon's box).
 */
export async function listSurveyPhotos(ctx: Context, surveyId: string): Promise<SurveyPhoto[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  const survey = await surveyById(db, surveyId);
  const photos = await photosOf(db, surveyId);
  if (photos.length === 0) return [];
  const toPixel = lonLatToPixel(surveyImage(survey).grid);
  const find = photoFinder(photos);
  const labelCounts = new Map<number, number>();
  const examined = new Set<number>();
  const heldOut = new Set<number>();
  for (const { layer, west, east, south, north } of await featureBoxes(db, surveyId)) {
    const { col, row } = toPixel((west + east) / 2, (south + north) / 2);
    const photo = find(col, row);
    if (layer === "label" && photo) labelCounts.set(photo.index, (labelCounts.get(photo.index) ?? 0) + 1);
    const marked = layer === "examined" ? examined : layer === "holdout" ? heldOut : null;
    if (!marked) continue;
    const [a, b] = [toPixel(west, north), toPixel(east, south)];
    // Most are one photo's own outline.
    if (photo && b.col - a.col <= photo.widthPx + 1 && b.row - a.row <= photo.heightPx + 1) {
      marked.add(photo.index);
      continue;
    }
    // An area drawn around several photos is one for each whose middle it holds.
    for (const one of photos) {
      const [midCol, midRow] = [one.colOff + one.widthPx / 2, one.rowOff + one.heightPx / 2];
      if (midCol >= a.col && midCol <= b.col && midRow >= a.row && midRow <= b.row) marked.add(one.index);
    }
  }
  return photos.map((photo) => ({
    ...photo,
    labelCount: labelCounts.get(photo.index) ?? 0,
    isExamined: examined.has(photo.index),
    isHeldOut: heldOut.has(photo.index),
  }));
}
