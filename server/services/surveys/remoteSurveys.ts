import { AppError, isAppError } from "@reefline/schema/errors";
import type { Job } from "@reefline/schema/job";
import type { Survey, SurveyFields } from "@reefline/schema/survey";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { openHttpSource } from "../../remote/httpSource.ts";
import { checkRemoteUrl } from "../../remote/remoteGuard.ts";
import { publishEvent } from "../../storage/events.ts";
import { enqueueJob } from "../../storage/jobs.ts";
import { surveyById } from "../../storage/surveys.ts";
import { queueImport } from "./surveys.ts";

/** What a file at an address is called: the last part of its path. */
function remoteFileName(url: URL): string {
  const last = url.pathname.split("/").filter(Boolean).at(-1) ?? url.hostname;
  try {
    return decodeURIComponent(last).slice(0, 120);
  } catch {
    return last.slice(0, 120);
  }
}

/**
 * Adds a survey whose image is at a web address: read where it is, or copied first.
 * @throws AppError `remote/off`, `remote/host-not-allowed` … before anything is asked; `survey/name-taken`
 */
export async function addRemoteSurvey(
  ctx: Context,
  request: { fields: SurveyFields; url: string; copyHere: boolean },
): Promise<{ survey: Survey; job: Job }> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  const url = checkRemoteUrl(request.url, ctx.store.config.remote);
  const { db, projectId } = ctx.store;
  return db.transaction().execute((trx) => queueImport(trx, projectId, request.fields, remoteImport(url, request.copyHere)));
}

const remoteImport = (url: URL, copyHere: boolean) => ({
  url: url.href,
  copyHere,
  path: "",
  fileName: remoteFileName(url),
  deleteSource: false,
});

/** Whether a remote survey's file can be read and is still the one that was added; the sentence says what is wrong. */
export async function remoteState(ctx: Context, surveyId: string): Promise<{ problem: { code: string; message: string } | null }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { image } = await surveyById(ctx.store.db, surveyId);
  if (!image?.remote) return { problem: null };
  try {
    const source = await openHttpSource(
      image.remote.url,
      { guard: ctx.store.config.remote, limits: ctx.store.config.limits },
      image.remote,
    );
    try {
      await source.read(0, 16);
    } finally {
      await source.close();
    }
    return { problem: null };
  } catch (error) {
    if (isAppError(error)) return { problem: { code: error.code, message: error.message } };
    throw error;
  }
}

/** Imports a remote survey's file anew: as it is now, or as a copy on this computer. Labels stay; the image is replaced when that is done. */
export async function reimportRemote(ctx: Context, surveyId: string, copyHere: boolean): Promise<Job> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const survey = await surveyById(trx, surveyId);
    if (!survey.image?.remote) {
      throw new AppError("bad-input", "remote/not-remote", `The image of "${survey.name}" is on this computer already.`);
    }
    const url = checkRemoteUrl(survey.image.remote.url, ctx.store.config.remote);
    const job = await enqueueJob(trx, {
      projectId: ctx.store.projectId,
      kind: "import",
      title: copyHere ? `Copy ${survey.name} here` : `Read ${survey.name} anew`,
      params: { surveyId, ...remoteImport(url, copyHere) },
      surveyId,
    });
    await trx.updateTable("surveys").set({ importJobId: job.id }).where("id", "=", surveyId).execute();
    await publishEvent(trx, { kind: "survey", surveyId });
    return job;
  });
}
