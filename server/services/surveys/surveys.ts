import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import type { Job } from "@reefline/schema/job";
import { type Survey, type SurveyFields, surveyFieldsSchema } from "@reefline/schema/survey";
import type { Context } from "../../context.ts";
import { requestCancel } from "../../jobs/queue.ts";
import { authorize } from "../../principal.ts";
import { publishEvent } from "../../storage/events.ts";
import { enqueueJob } from "../../storage/jobs.ts";
import type { Database } from "../../storage/store.ts";
import { allSurveys, findSurveyByName, insertSurvey, surveyById, updateSurveyFields } from "../../storage/surveys.ts";

export interface AddSurvey {
  readonly fields: SurveyFields;
  /** The GeoTIFF to import, on this machine. */
  readonly path: string;
  /** What the user calls the file. */
  readonly fileName: string;
  /** An upload belongs to the server, which deletes it once it is imported; a file of the user's is left alone. */
  readonly deleteSource: boolean;
  readonly isDemo?: boolean;
  /** Further images of the same survey, and which is seen where they overlap. */
  readonly also?: readonly SourceFile[];
  readonly onTop?: "last" | "first";
  readonly gsdMeters?: number | null;
  /** How the image is stored; without loss unless said. */
  readonly compress?: "lossless" | "jpeg" | "webp";
  /** Files whose bands are added, each with a name or one made from the file's. */
  readonly bands?: readonly (SourceFile & { readonly name: string | null })[];
  /** `path` is a folder of photos, or a list of photos that were uploaded. */
  readonly photos?: "folder" | "list";
  /** The uploads that became this survey, so that they become one only once. */
  readonly uploadGroup?: string;
}

export interface SourceFile {
  readonly path: string;
  readonly fileName: string;
}

/** Adds a survey and queues the import of its image. @throws AppError `survey/name-taken`. */
export async function addSurvey(ctx: Context, request: AddSurvey): Promise<{ survey: Survey; job: Job }> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute((trx) => addSurveyIn(trx, ctx.store.projectId, request));
}

/** The same inside the caller's transaction. */
export function addSurveyIn(trx: Database, projectId: string, request: AddSurvey): Promise<{ survey: Survey; job: Job }> {
  return queueImport(trx, projectId, request.fields, importOf(request), request.isDemo);
}

/**
 * A survey without an image, and the job that brings it one.
 * @param source the job's parameters without the survey's id; see jobs/importSource.ts
 * @throws AppError `survey/name-taken`
 */
export async function queueImport(
  trx: Database,
  projectId: string,
  wanted: SurveyFields,
  source: Readonly<Record<string, unknown>>,
  isDemo = false,
): Promise<{ survey: Survey; job: Job }> {
  const fields = surveyFieldsSchema.parse(wanted);
  await refuseTakenName(trx, projectId, fields.name, null);
  const id = newId("survey");
  const job = await enqueueJob(trx, {
    projectId,
    kind: "import",
    title: `Import ${fields.name}`,
    params: { ...source, surveyId: id },
    surveyId: id,
  });
  const survey: Survey = {
    ...fields,
    id,
    projectId,
    createdAt: new Date().toISOString(),
    image: null,
    importJobId: job.id,
    isDemo,
  };
  await insertSurvey(trx, survey);
  await publishEvent(trx, { kind: "survey", surveyId: id });
  return { survey, job };
}

/** The job's parameters; see jobs/importSource.ts. */
function importOf({
  path,
  fileName,
  deleteSource,
  also,
  onTop,
  gsdMeters,
  compress,
  bands,
  uploadGroup,
  photos,
}: AddSurvey): Record<string, unknown> {
  const named = <File extends SourceFile>(file: File) => ({ ...file, fileName: basename(file.fileName) });
  return {
    path,
    fileName: basename(fileName),
    deleteSource,
    ...(compress ? { compress } : {}),
    also: also?.map(named) ?? [],
    onTop: onTop ?? "last",
    gsdMeters: gsdMeters ?? null,
    bands: bands?.map(named) ?? [],
    uploadGroup: uploadGroup ?? null,
    ...(photos ? { photos } : {}),
  };
}

export async function refuseTakenName(db: Database, projectId: string, name: string, ownId: string | null): Promise<void> {
  const other = await findSurveyByName(db, projectId, name);
  if (other && other.id !== ownId) {
    throw new AppError("conflict", "survey/name-taken", `There is already a survey called "${name}". Give this one another name.`);
  }
}

/** `name`, or the first of "name (2)", "name (3)" … that no survey has. */
export async function freeSurveyName(ctx: Context, name: string): Promise<string> {
  const taken = new Set((await allSurveys(ctx.store.db, ctx.store.projectId)).map((survey) => survey.name));
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name} (${count})`;
  return free;
}

export async function listSurveys(ctx: Context): Promise<Survey[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return allSurveys(ctx.store.db, ctx.store.projectId);
}

export async function getSurvey(ctx: Context, id: string): Promise<Survey> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return surveyById(ctx.store.db, id);
}

/** A survey by id or by name, as a person types it. @throws AppError `survey/not-found` that lists the names there are. */
export async function resolveSurvey(ctx: Context, idOrName: string): Promise<Survey> {
  const all = await listSurveys(ctx);
  const found = all.find((survey) => survey.id === idOrName) ?? all.find((survey) => survey.name === idOrName);
  if (found) return found;
  const known = all.length > 0 ? `There are: ${all.map((survey) => survey.name).join(", ")}.` : "There are no surveys yet: add one first.";
  throw new AppError("not-found", "survey/not-found", `There is no survey called "${idOrName}". ${known}`);
}

export async function updateSurvey(ctx: Context, id: string, fields: SurveyFields): Promise<Survey> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    await surveyById(trx, id);
    await refuseTakenName(trx, ctx.store.projectId, fields.name, id);
    await updateSurveyFields(trx, id, fields);
    await publishEvent(trx, { kind: "survey", surveyId: id });
    return surveyById(trx, id);
  });
}

/** Removes a survey with its labels, predictions and files; work on it is cancelled. Models trained on it stay. */
export async function removeSurvey(ctx: Context, id: string): Promise<void> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  const { db, paths } = ctx.store;
  const folders = await db.transaction().execute(async (trx) => {
    await surveyById(trx, id);
    const jobs = await trx.selectFrom("jobs").select("id").where("surveyId", "=", id).where("state", "in", ["queued", "running"]).execute();
    for (const job of jobs) await requestCancel(trx, job.id);
    const assets = await trx.selectFrom("assets").select("id").where("surveyId", "=", id).where("kind", "=", "image").execute();
    const predictions = await trx.selectFrom("predictions").select("id").where("surveyId", "=", id).execute();
    await trx
      .deleteFrom("featureBounds")
      .where("num", "in", (eb) => eb.selectFrom("features").select("num").where("surveyId", "=", id))
      .execute();
    await trx.deleteFrom("surveys").where("id", "=", id).execute();
    await publishEvent(trx, { kind: "survey", surveyId: id });
    return [...assets.map((asset) => paths.asset(asset.id)), ...predictions.map((prediction) => paths.prediction(prediction.id))];
  });
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

/** @throws AppError `survey/not-imported` while the image is not there. */
export function surveyImage(survey: Survey): NonNullable<Survey["image"]> {
  if (survey.image) return survey.image;
  throw new AppError(
    "unavailable",
    "survey/not-imported",
    `The image of "${survey.name}" is still being imported, or its import failed. See its job.`,
  );
}
