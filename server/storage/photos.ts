import type { Photo } from "@reefline/schema/photo";
import type { Database } from "./store.ts";

/** SQLite takes so many parameters in one statement at least. */
const rowsPerInsert = 1_000;

/** The photos of a survey in their order on the sheet; none when it is not made of photos. */
export async function photosOf(db: Database, surveyId: string): Promise<Photo[]> {
  const rows = await db.selectFrom("photos").selectAll().where("surveyId", "=", surveyId).orderBy("photoIndex").execute();
  return rows.map(({ photoIndex, groupName, surveyId: _survey, ...rest }) => ({ ...rest, index: photoIndex, group: groupName }));
}

/** Gives a survey its photos; those it had before go. */
export async function setPhotos(db: Database, surveyId: string, photos: readonly Photo[]): Promise<void> {
  await db.deleteFrom("photos").where("surveyId", "=", surveyId).execute();
  for (let start = 0; start < photos.length; start += rowsPerInsert) {
    const rows = photos
      .slice(start, start + rowsPerInsert)
      .map(({ index, group, ...rest }) => ({ ...rest, surveyId, photoIndex: index, groupName: group }));
    await db.insertInto("photos").values(rows).execute();
  }
}
