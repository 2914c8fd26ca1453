import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { isAppError } from "@reefline/schema/errors";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import type { Context } from "../context.ts";
import { describeError, httpStatus } from "../errors.ts";
import { addSurvey, freeSurveyName } from "../services/surveys.ts";
import { completeGroup, groupOf } from "./uploadGroups.ts";

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
    ...(group?.kind === "bands" ? { bands: others.map(({ bandName, ...file }) => ({ ...file, name: bandName || null })) } : {}),
  });
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
