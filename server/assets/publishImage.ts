import { gridBounds } from "@reefline/geo/grid";
import { shiftGrid } from "@reefline/geo/shiftGrid";
import type { SurveyImage } from "@reefline/schema/survey";
import { publishEvent } from "../storage/events.ts";
import type { Database } from "../storage/store.ts";
import { setSurveyImage, surveyById } from "../storage/surveys.ts";

/**
 * Gives a survey its image, in the caller's transaction; one it had before goes, and its file with the next sweep. A survey that was moved
 * stays moved.
 * @param path of the file, relative to the data folder, or its web address
 */
export async function publishImage(trx: Database, surveyId: string, image: SurveyImage, path: string): Promise<void> {
  const { image: before } = await surveyById(trx, surveyId);
  if (before) await trx.deleteFrom("assets").where("id", "=", before.assetId).execute();
  await trx
    .insertInto("assets")
    .values({
      id: image.assetId,
      surveyId,
      kind: "image",
      version: image.version,
      path,
      sizeBytes: image.sizeBytes,
      createdAt: new Date().toISOString(),
    })
    .execute();
  await setSurveyImage(trx, surveyId, before?.shift ? shiftedImage(image, before.shift) : image);
  await publishEvent(trx, { kind: "survey", surveyId });
}

/** The image moved over the ground, counted from where its file places it. */
export function shiftedImage(image: SurveyImage, by: { eastMeters: number; northMeters: number }): SurveyImage {
  const fileGrid = { ...image.grid, transform: image.shift?.fileTransform ?? image.grid.transform };
  const grid = shiftGrid(fileGrid, by);
  const isMoved = by.eastMeters !== 0 || by.northMeters !== 0;
  return {
    ...image,
    grid,
    bounds: gridBounds(grid),
    shift: isMoved ? { eastMeters: by.eastMeters, northMeters: by.northMeters, fileTransform: fileGrid.transform } : null,
  };
}
