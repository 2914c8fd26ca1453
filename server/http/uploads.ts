import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { isAppError } from "@reefline/schema/errors";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import { tooManyPhotos } from "../assets/listPhotos.ts";
import type { Context } from "../context.ts";
import { describeError, httpStatus } from "../errors.ts";
import { writePhotoList } from "../jobs/uploadedPhotos.ts";
import { addSurvey, freeSurveyName } from "../services/surveys/surveys.ts";
import { completeGroup, groupOf, type UploadedGroup } from "./uploadGroups.ts";

/** Resumable uploads (tus 1.0.0) at `/uploads`. A finished one becomes a survey whose import is queued, before the client is answered; of a group, the last. */
export function uploadHandler(ctx: Context): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const directory = ctx.store.paths.uploads;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const next = last.then(task, task);
    last = next;
    return next;
  };
  const server = new Server({
    path: "/uploads",
    datastore: new FileStore({ directory }),
    maxSize: ctx.store.config.limits.uploadBytes,
    relativeLocation: true,
    allowedOrigins: [],
    async onUploadFinish(_req, upload) {
      try {
        // One after the other: of two files that end together, exactly one completes their group.
        const added = await inTurn(() => takeUpload(ctx, directory, upload.id, upload.metadata ?? {}));
        return added ? { headers: { "Reefline-Survey": added.survey.id, "Reefline-Job": added.job.id } } : {};
      } catch (error) {
        // tus reports what is thrown in this shape.
        throw { status_code: isAppError(error) ? httpStatus(error) : 500, body: describeError(error).message };
      }
    },
  });
  return (req, res) => server.handle(req, res);
}

/** The survey that an upload becomes; null while its group waits for further files. */
async function takeUpload(ctx: Context, directory: string, uploadId: string, given: Readonly<Record<string, string | null>>) {
  const member = groupOf(given);
  const group = member ? await completeGroup(directory, member, uploadId) : null;
  if (member && !group) return null;
  // Its other files may have arrived whole in the meantime and found the group complete as well.
  if (member && (await isTaken(ctx, member.group))) return null;
  if (member && group?.kind === "photos") return addPhotos(ctx, directory, member.group, group, given);
  const [first, ...others] = group?.files ?? [];
  const fileName = first?.fileName ?? (given.filename || "survey.tif");
  const wanted = given.surveyName || given.name || fileName.replace(/\.[^.]*$/, "");
  const fields = surveyFieldsSchema.safeParse({
    name: await freeSurveyName(ctx, wanted.trim().slice(0, 100) || "Survey"),
    site: given.site ?? "",
    capturedAt: given.capturedAt || null,
  });
  return addSurvey(ctx, {
    fields: fields.success ? fields.data : surveyFieldsSchema.parse({ name: await freeSurveyName(ctx, "Survey") }),
    path: first?.path ?? join(directory, uploadId),
    fileName,
    deleteSource: true,
    ...(member ? { uploadGroup: member.group } : {}),
    ...(group?.kind === "mosaic" ? { also: others, onTop: group.onTop } : {}),
    ...(group?.kind === "bands"
      ? { bands: others.map(({ bandName, path, fileName: of }) => ({ path, fileName: of, name: bandName || null })) }
      : {}),
  });
}

/** The photos that were sent together as one survey. @throws AppError `photos/too-many` */
async function addPhotos(
  ctx: Context,
  directory: string,
  id: string,
  { files }: UploadedGroup,
  given: Readonly<Record<string, string | null>>,
) {
  const { photoCount } = ctx.store.config.limits;
  if (files.length > photoCount) throw tooManyPhotos(photoCount);
  const path = join(directory, `photos-${id}.list`);
  await writePhotoList(
    path,
    files.map((file) => ({ path: file.path, name: file.photoName || file.fileName })),
  );
  const name = await freeSurveyName(ctx, given.surveyName?.trim().slice(0, 100) || "Photos");
  const fileName = files.length === 1 ? "1 photo" : `${files.length} photos`;
  const fields = surveyFieldsSchema.parse({ name });
  return addSurvey(ctx, { fields, path, fileName, deleteSource: true, uploadGroup: id, photos: "list" });
}

async function isTaken(ctx: Context, group: string): Promise<boolean> {
  const job = await ctx.store.db
    .selectFrom("jobs")
    .select("id")
    .where("kind", "=", "import")
    .where("paramsJson", "like", `%"uploadGroup":"${group}"%`)
    .executeTakeFirst();
  return job !== undefined;
}
