import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Survey } from "@reefline/schema/survey";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { featuresInSurvey } from "../server/services/labels.ts";
import { listPredictions } from "../server/services/predictions.ts";
import { addSurvey, getSurvey, listSurveys, removeSurvey, resolveSurvey } from "../server/services/surveys.ts";
import { followJobs } from "./followJob.ts";
import { noFile, type Session } from "./session.ts";

const lengthInWords = (meters: number): string => (meters < 1 ? `${(meters * 100).toFixed(2)} cm` : `${meters.toPrecision(4)} m`);

function sentencesOf(survey: Survey): string[] {
  const { image } = survey;
  const lines = [`${survey.name} (${survey.id})`];
  if (!image) return [...lines, "  image not imported"];
  const { grid } = image;
  return [
    ...lines,
    `  ${grid.widthPx} × ${grid.heightPx} px, ${lengthInWords(image.gsdMeters)} per pixel, ${grid.crs.name}`,
    `  bands: ${image.bands.map((band) => band.name).join(", ")} (${image.sampleType}), ${(image.sizeBytes / 1e6).toPrecision(3)} MB`,
    ...(survey.capturedAt ? [`  captured ${survey.capturedAt}`] : []),
    ...(survey.site ? [`  site ${survey.site}`] : []),
  ];
}

export async function surveyAdd(
  session: Session,
  file: string,
  options: { name: string; capturedAt?: string; site?: string },
): Promise<void> {
  const path = resolve(file);
  await stat(path).catch(() => {
    throw noFile(file);
  });
  const fields = surveyFieldsSchema.safeParse({ name: options.name, site: options.site ?? "", capturedAt: options.capturedAt ?? null });
  if (!fields.success) {
    const issue = fields.error.issues[0];
    throw new AppError("bad-input", "survey/fields", `The survey's ${issue?.path.join(".")} cannot be used: ${issue?.message}.`);
  }
  const { survey, job } = await addSurvey(session.ctx, { fields: fields.data, path, fileName: basename(path), deleteSource: false });
  try {
    await followJobs(session, [job.id]);
  } catch (error) {
    // A survey without an image is of no use to a script, and would hold the name. One that another worker still imports stays.
    const { state } = (await session.ctx.store.db.selectFrom("jobs").select("state").where("id", "=", job.id).executeTakeFirst()) ?? {};
    if (state === "failed" || state === "cancelled") await removeSurvey(session.ctx, survey.id);
    throw error;
  }
  const added = await getSurvey(session.ctx, survey.id);
  session.result(added, [`Added ${added.name}.`, ...sentencesOf(added).slice(1)]);
}

export async function surveyList(session: Session): Promise<void> {
  const surveys = await listSurveys(session.ctx);
  session.result({ surveys }, surveys.length > 0 ? surveys.flatMap(sentencesOf) : ["There are no surveys yet."]);
}

export async function surveyShow(session: Session, name: string): Promise<void> {
  const survey = await resolveSurvey(session.ctx, name);
  const { features } = await featuresInSurvey(session.ctx, survey.id);
  const predictions = await listPredictions(session.ctx, survey.id);
  const counts = { label: 0, examined: 0, holdout: 0, ignore: 0 };
  for (const { layer } of features) counts[layer]++;
  session.result(
    { ...survey, counts, predictions: predictions.map(({ id, modelName, state, threshold }) => ({ id, modelName, state, threshold })) },
    [
      ...sentencesOf(survey),
      `  ${counts.label} labels, ${counts.examined} examined, ${counts.holdout} held-out and ${counts.ignore} ignored areas`,
      `  ${predictions.length} predictions`,
    ],
  );
}
