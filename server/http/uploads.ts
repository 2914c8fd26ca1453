import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { isAppError } from "@reefline/schema/errors";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import type { Context } from "../context.ts";
import { describeError, httpStatus } from "../errors.ts";
import { addSurvey, freeSurveyName } from "../services/surveys.ts";

/** Resumable uploads (tus 1.0.0) at `/uploads`. A finished one becomes a survey whose import is queued, before the client is answered. */
export function uploadHandler(ctx: Context): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const directory = ctx.store.paths.uploads;
  const server = new Server({
    path: "/uploads",
    datastore: new FileStore({ directory }),
    maxSize: ctx.store.config.limits.uploadBytes,
    relativeLocation: true,
    allowedOrigins: [],
    async onUploadFinish(_req, upload) {
      const given = upload.metadata ?? {};
      const fileName = given.filename || "survey.tif";
      const wanted = given.surveyName || given.name || fileName.replace(/\.[^.]*$/, "");
      const fields = surveyFieldsSchema.safeParse({
        name: await freeSurveyName(ctx, wanted.trim().slice(0, 100) || "Survey"),
        site: given.site ?? "",
        capturedAt: given.capturedAt || null,
      });
      try {
        const { survey, job } = await addSurvey(ctx, {
          fields: fields.success ? fields.data : surveyFieldsSchema.parse({ name: await freeSurveyName(ctx, "Survey") }),
          path: join(directory, upload.id),
          fileName,
          deleteSource: true,
        });
        return { headers: { "Reefline-Survey": survey.id, "Reefline-Job": job.id } };
      } catch (error) {
        // tus reports what is thrown in this shape.
        throw { status_code: isAppError(error) ? httpStatus(error) : 500, body: describeError(error).message };
      }
    },
  });
  return (req, res) => server.handle(req, res);
}
