import { AppError } from "@reefline/schema/errors";
import type { Survey, SurveyFields, SurveyImage } from "@reefline/schema/survey";
import type { Selectable } from "kysely";
import { fromNullableColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

function toSurvey(row: Selectable<Tables["surveys"]>): Survey {
  const { imageJson, isDemo, ...rest } = row;
  return { ...rest, image: fromNullableColumn<SurveyImage>(imageJson), isDemo: isDemo === 1 };
}

export async function allSurveys(db: Database, projectId: string): Promise<Survey[]> {
  const rows = await db.selectFrom("surveys").selectAll().where("projectId", "=", projectId).orderBy("createdAt").execute();
  return rows.map(toSurvey);
}

async function findSurvey(db: Database, id: string): Promise<Survey | null> {
  const row = await db.selectFrom("surveys").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? toSurvey(row) : null;
}

/** @throws AppError `survey/not-found`. */
export async function surveyById(db: Database, id: string): Promise<Survey> {
  const survey = await findSurvey(db, id);
  if (!survey)
    throw new AppError("not-found", "survey/not-found", "This survey does not exist, or was removed. Reload the list of surveys.");
  return survey;
}

export async function findSurveyByName(db: Database, projectId: string, name: string): Promise<Survey | null> {
  const row = await db.selectFrom("surveys").selectAll().where("projectId", "=", projectId).where("name", "=", name).executeTakeFirst();
  return row ? toSurvey(row) : null;
}

export async function insertSurvey(db: Database, survey: Survey): Promise<void> {
  const { image, isDemo, ...rest } = survey;
  await db
    .insertInto("surveys")
    .values({ ...rest, imageJson: image ? JSON.stringify(image) : null, isDemo: isDemo ? 1 : 0 })
    .execute();
}

export async function updateSurveyFields(db: Database, id: string, fields: SurveyFields): Promise<void> {
  await db.updateTable("surveys").set(fields).where("id", "=", id).execute();
}

export async function setSurveyImage(db: Database, id: string, image: SurveyImage): Promise<void> {
  await db
    .updateTable("surveys")
    .set({ imageJson: JSON.stringify(image) })
    .where("id", "=", id)
    .execute();
}
