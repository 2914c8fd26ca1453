import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Survey } from "@reefline/schema/survey";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { trainConfigSchema } from "@reefline/schema/training";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { z } from "zod";
import { labelImportEdits } from "../services/labels/importLabels.ts";
import { applyEditIn } from "../services/labels/labels.ts";
import { enqueuePrediction } from "../services/predictions/predictions.ts";
import { addSurveyIn, freeSurveyName } from "../services/surveys/surveys.ts";
import { enqueueRun } from "../services/training/training.ts";
import { jobById } from "../storage/jobs.ts";
import type { Database } from "../storage/store.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

const paramsSchema = z.object({ sizePx: z.number().int(), seed: z.number().int() });
/** Leaves the survey and its prediction time within the six minutes that a first start may take on two cores. */
const trainMinutes = 4.25;
const modelName = "Demo reefs";
/** Stands in until the job takes the model's own. */
const firstThreshold = 0.5;

/**
 * Makes the synthetic survey and, in one transaction, adds it with its labels and queues its import, training and prediction: a crash
 * leaves either all of it or nothing.
 */
export async function demoJob(run: JobRun): Promise<JobOutcome> {
  const { sizePx, seed } = paramsSchema.parse(run.job.params);
  const { store, ctx } = run;
  // The import copies the image out of this folder later, so it must outlive the job.
  const outDir = join(store.paths.uploads, `demo-${run.job.id}-${run.lease.fence}`);
  const message = "Making the demo survey";
  run.progress({ message, fraction: 0, secondsLeft: null });
  try {
    const files = await makeDemoSurvey({
      sizePx,
      seed,
      outDir,
      onProgress: (fraction) => run.progress({ message, fraction, secondsLeft: null }),
      signal: run.signal,
    });
    const name = await freeSurveyName(ctx, "Demo reef flat");
    return {
      result: {},
      publish: async (trx) => {
        const { survey, job } = await addSurveyIn(trx, store.projectId, {
          fields: surveyFieldsSchema.parse({ name, site: "A made-up shore", notes: "Made by the program to try everything on." }),
          path: files.tif,
          fileName: basename(files.tif),
          deleteSource: true,
          isDemo: true,
        });
        for (const [file, layer] of [
          [files.labels, "label"],
          [files.examined, "examined"],
          [files.holdout, "holdout"],
        ] as const) {
          const bytes = await readFile(file);
          const fileName = `demo-${layer}.geojson`;
          // The labels in the held-out area are final, so that accuracy and predictions there are shown.
          const request = { surveyId: survey.id, layer, class: "reef", fileName, bytes, locked: true };
          const { edits } = await labelImportEdits(request, store.config.limits);
          for (const edit of edits) await applyEditIn(trx, ctx.principal.name, edit);
        }
        await queueTrainingAndPrediction(trx, run, survey, job.id, seed);
        for (const file of [files.truth, files.labels, files.examined, files.holdout, files.holdoutTruth]) await rm(file, { force: true });
      },
    };
  } catch (error) {
    await rm(outDir, { recursive: true, force: true });
    throw error;
  }
}

async function queueTrainingAndPrediction(trx: Database, run: JobRun, survey: Survey, importJobId: string, seed: number): Promise<void> {
  const { projectId } = run.store;
  const training = await enqueueRun(trx, projectId, {
    name: modelName,
    surveyIds: [survey.id],
    config: trainConfigSchema.parse({
      preset: run.store.config.encoderPath === null ? "fast" : "best",
      seed,
      budget: { kind: "minutes", minutes: trainMinutes },
    }),
    afterJobId: importJobId,
  });
  const { modelId } = z.object({ modelId: z.string() }).parse((await jobById(trx, training.jobId)).params);
  await enqueuePrediction(trx, projectId, {
    surveyId: survey.id,
    surveyName: survey.name,
    modelId,
    modelName,
    area: null,
    threshold: firstThreshold,
    autoThreshold: true,
    afterJobId: training.jobId,
  });
}
