import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { AppError } from "@reefline/schema/errors";
import type { Survey, SurveyFields } from "@reefline/schema/survey";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { type Command, Option } from "commander";
import { z } from "zod";
import { looksLikePhoto } from "../server/assets/listPhotos.ts";
import { writePhotoList } from "../server/jobs/uploadedPhotos.ts";
import { featuresInSurvey } from "../server/services/labels/labels.ts";
import { listPredictions } from "../server/services/predictions/predictions.ts";
import { addRemoteSurvey, reimportRemote } from "../server/services/surveys/remoteSurveys.ts";
import { shiftSurvey, totalShift } from "../server/services/surveys/shiftSurvey.ts";
import { addSurvey, getSurvey, listSurveys, removeSurvey, resolveSurvey, surveyImage } from "../server/services/surveys/surveys.ts";
import { jobById } from "../server/storage/jobs.ts";
import { followJobs } from "./followJob.ts";
import { collect, isoDate, metres, nonEmpty, number } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import { noFile, type Session } from "./session.ts";

const lengthInWords = (meters: number): string => (meters < 1 ? `${(meters * 100).toFixed(2)} cm` : `${meters.toPrecision(4)} m`);

function sentencesOf(survey: Survey): string[] {
  const { image } = survey;
  const lines = [`${survey.name} (${survey.id})`];
  if (!image) return [...lines, "  image not imported"];
  const { grid } = image;
  return [
    ...lines,
    image.photoCount !== undefined
      ? `  ${image.photoCount} photos on a sheet of ${grid.widthPx} × ${grid.heightPx} px, measured in pixels`
      : isPixelCrs(grid.crs)
        ? `  ${grid.widthPx} × ${grid.heightPx} px, without a place on Earth: measured in pixels`
        : `  ${grid.widthPx} × ${grid.heightPx} px, ${lengthInWords(image.gsdMeters)} per pixel, ${grid.crs.name}`,
    `  bands: ${image.bands.map((band) => band.name).join(", ")} (${image.sampleType}), ${(image.sizeBytes / 1e6).toPrecision(3)} MB`,
    ...(image.remote ? [`  read at ${new URL(image.remote.url).host}, not copied`] : []),
    ...(image.shift ? [`  moved ${signed(image.shift.eastMeters)} east and ${signed(image.shift.northMeters)} north`] : []),
    ...(survey.capturedAt ? [`  captured ${survey.capturedAt}`] : []),
    ...(survey.site ? [`  site ${survey.site}`] : []),
  ];
}

export interface SurveyAddOptions {
  readonly name: string;
  readonly capturedAt?: string;
  readonly site?: string;
  /** Files with extra bands, `FILE` or `FILE:name`. */
  readonly bands?: readonly string[];
  readonly onTop?: "last" | "first";
  readonly gsd?: number;
  /** Copies a file from a web address instead of reading it there. */
  readonly copy?: boolean;
  readonly compress?: "lossless" | "jpeg" | "webp";
}

/** One survey from a file, from several laid over each other, or from a file at a web address. */
async function surveyAdd(session: Session, sources: readonly string[], options: SurveyAddOptions): Promise<void> {
  const fields = surveyFieldsSchema.safeParse({ name: options.name, site: options.site ?? "", capturedAt: options.capturedAt ?? null });
  if (!fields.success) {
    const issue = fields.error.issues[0];
    throw new AppError("bad-input", "survey/fields", `The survey's ${issue?.path.join(".")} cannot be used: ${issue?.message}.`);
  }
  const { survey, job } = await startImport(session, sources, fields.data, options);
  try {
    await followJobs(session, [job.id]);
  } catch (error) {
    // A survey without an image is of no use to a script, and would hold the name. One that another worker still imports stays.
    const { state } = (await session.ctx.store.db.selectFrom("jobs").select("state").where("id", "=", job.id).executeTakeFirst()) ?? {};
    if (state === "failed" || state === "cancelled") await removeSurvey(session.ctx, survey.id);
    throw error;
  }
  const added = await getSurvey(session.ctx, survey.id);
  session.result(added, [`Added ${added.name}.`, ...sentencesOf(added).slice(1), ...(await importNotes(session, job.id))]);
}

const isWebAddress = (source: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(source);

async function startImport(session: Session, sources: readonly string[], fields: SurveyFields, options: SurveyAddOptions) {
  const addresses = sources.filter(isWebAddress);
  const [url] = addresses;
  if (url !== undefined) {
    if (sources.length > 1 || options.bands) {
      throw new AppError(
        "bad-input",
        "survey/address-alone",
        "A web address makes a survey by itself. Download the files to lay several over each other or to add bands.",
      );
    }
    return addRemoteSurvey(session.ctx, { fields, url, copyHere: options.copy ?? false });
  }
  const folder = await onlyFolder(sources);
  if (folder !== null) {
    if (options.bands) {
      throw new AppError(
        "bad-input",
        "survey/photos-alone",
        "A folder of photos makes a survey by itself: bands of other files cannot be added.",
      );
    }
    return addSurvey(session.ctx, { fields, ...folder, photos: "folder", compress: options.compress, deleteSource: false });
  }
  const files = await Promise.all(sources.map(existingFile));
  if (files.every(({ fileName }) => looksLikePhoto(fileName))) {
    const { uploads } = session.ctx.store.paths;
    const path = join(uploads, `photos-${randomUUID()}.list`);
    await writePhotoList(
      path,
      files.map((file) => ({ path: file.path, name: file.fileName })),
    );
    const fileName = files.length === 1 ? "1 photo" : `${files.length} photos`;
    return addSurvey(session.ctx, { fields, path, fileName, photos: "list", compress: options.compress, deleteSource: false });
  }
  const bands = await Promise.all(
    (options.bands ?? []).map(async (given) => {
      // A name has no slash: what follows the colon of a Windows drive has one.
      const [, file = given, name = null] = /^(.+):([^:/\\]+)$/.exec(given) ?? [];
      return { ...(await existingFile(file)), name };
    }),
  );
  const [first, ...also] = files;
  if (!first) throw new AppError("bad-input", "survey/no-file", "Name at least one file.");
  return addSurvey(session.ctx, {
    fields,
    ...first,
    also,
    bands,
    onTop: options.onTop,
    gsdMeters: options.gsd ?? null,
    compress: options.compress,
    deleteSource: false,
  });
}

/** The folder of photos that was named, when one was. @throws AppError `survey/photos-alone` */
async function onlyFolder(sources: readonly string[]): Promise<{ path: string; fileName: string } | null> {
  for (const source of sources) {
    const path = resolve(source);
    if (!(await stat(path).catch(() => null))?.isDirectory()) continue;
    if (sources.length === 1) return { path, fileName: basename(path) };
    throw new AppError(
      "bad-input",
      "survey/photos-alone",
      `${source} is a folder of photos, which makes a survey by itself. Add it alone, and its sub-folders come with it.`,
    );
  }
  return null;
}

async function existingFile(file: string): Promise<{ path: string; fileName: string }> {
  const path = resolve(file);
  await stat(path).catch(() => {
    throw noFile(file);
  });
  return { path, fileName: basename(path) };
}

const notesSchema = z.object({ notes: z.array(z.string()) });

/** What the import did that the user should know. */
async function importNotes(session: Session, jobId: string): Promise<string[]> {
  const { result } = await jobById(session.ctx.store.db, jobId);
  return notesSchema.safeParse(result).data?.notes.map((note) => `  ${note}`) ?? [];
}

const signed = (meters: number): string => `${meters < 0 ? "−" : ""}${Math.abs(meters).toFixed(2)} m`;

export interface SurveyShiftOptions {
  readonly east?: number;
  readonly north?: number;
  readonly reset?: boolean;
}

/** Moves a survey's imagery; labels stay. */
async function surveyShift(session: Session, name: string, options: SurveyShiftOptions): Promise<void> {
  const survey = await resolveSurvey(session.ctx, name);
  if (!options.reset && options.east === undefined && options.north === undefined) {
    throw new AppError("bad-input", "survey/no-shift", "Say how far: --east METRES and --north METRES, or --reset to undo every move.");
  }
  const meters = { eastMeters: options.east ?? 0, northMeters: options.north ?? 0 };
  const shifted = await shiftSurvey(session.ctx, survey.id, options.reset ? { to: { eastMeters: 0, northMeters: 0 } } : { by: meters });
  const total = totalShift(surveyImage(shifted.survey));
  const before = (await listPredictions(session.ctx, survey.id)).filter(
    (prediction) => prediction.raster && !liesAsImagery(prediction.raster.grid, surveyImage(shifted.survey).grid),
  );
  session.result({ survey: shifted.survey, movedMeters: shifted.movedMeters, before: shifted.before }, [
    `Moved ${survey.name} by ${signed(shifted.movedMeters.eastMeters)} east and ${signed(shifted.movedMeters.northMeters)} north. Labels stayed where they are.`,
    `  it now lies ${signed(total.eastMeters)} east and ${signed(total.northMeters)} north of where its file places it`,
    ...(before.length > 0
      ? [
          `  ${before.length === 1 ? "1 prediction was" : `${before.length} predictions were`} made on the imagery as it lay before: predict again`,
        ]
      : []),
  ]);
}

/** Takes a remote survey's file as it is now, or copies it. */
async function surveyReread(session: Session, name: string, options: { copy?: boolean }): Promise<void> {
  const survey = await resolveSurvey(session.ctx, name);
  const job = await reimportRemote(session.ctx, survey.id, options.copy ?? false);
  await followJobs(session, [job.id]);
  const read = await getSurvey(session.ctx, survey.id);
  session.result(read, [`${options.copy ? "Copied" : "Read"} ${read.name}.`, ...sentencesOf(read).slice(1)]);
}

async function surveyList(session: Session): Promise<void> {
  const surveys = await listSurveys(session.ctx);
  session.result({ surveys }, surveys.length > 0 ? surveys.flatMap(sentencesOf) : ["There are no surveys yet."]);
}

async function surveyShow(session: Session, name: string): Promise<void> {
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

/** `survey add`, `list`, `show`, `shift`, `reread`. */
export function addSurveyCommands(program: Command): void {
  const survey = program.command("survey").description("add, list, show and move surveys").exitOverride();
  command(survey, "add", "import a GeoTIFF, several as one image, or a folder of photos, as a survey")
    .argument(
      "<file...>",
      "GeoTIFF; several are laid over each other; or a folder of JPEG and PNG photos; or one web address of a Cloud-Optimized GeoTIFF",
    )
    .requiredOption("--name <name>", "what the survey is called", nonEmpty)
    .option("--captured-at <iso>", "when it was flown", isoDate)
    .option("--site <site>", "where")
    .option("--bands <file[:name]>", "GeoTIFF whose bands are added, such as a surface model; may be repeated", collect)
    .addOption(
      new Option("--on-top <which>", "which of several files is seen where they overlap").choices(["last", "first"]).default("last"),
    )
    .option(
      "--gsd <m>",
      "metres per pixel of several files together (default: the finest one's)",
      number((value) => value > 0, "metres above 0"),
    )
    .option("--copy", "copy the file from its web address instead of reading it there")
    .addOption(
      new Option("--compress <how>", "how the image is stored; jpeg and webp are smaller and lose detail")
        .choices(["lossless", "jpeg", "webp"])
        .default("lossless"),
    )
    .action((files: string[], options: SurveyAddOptions, of: Command) => inSession(of, (session) => surveyAdd(session, files, options)));
  command(survey, "list", "list surveys").action((_options, of: Command) => inSession(of, surveyList));
  command(survey, "show", "show a survey")
    .argument("<survey>", "name or id")
    .action((name: string, _options, of: Command) => inSession(of, (session) => surveyShow(session, name)));
  command(survey, "shift", "move a survey's imagery over the ground; labels stay")
    .argument("<survey>", "name or id")
    .option("--east <m>", "metres east (negative: west)", metres)
    .option("--north <m>", "metres north (negative: south)", metres)
    .addOption(new Option("--reset", "back to where its file places it").conflicts(["east", "north"]))
    .action((name: string, options: SurveyShiftOptions, of: Command) => inSession(of, (session) => surveyShift(session, name, options)));
  command(survey, "reread", "take a survey's file at its web address as it is now")
    .argument("<survey>", "name or id")
    .option("--copy", "copy it to this computer")
    .action((name: string, options: { copy?: boolean }, of: Command) => inSession(of, (session) => surveyReread(session, name, options)));
}
