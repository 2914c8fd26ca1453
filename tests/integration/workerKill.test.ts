import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { trainConfigSchema } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { listJobs } from "../../server/services/jobs.ts";
import { getPrediction, startPrediction } from "../../server/services/predictions/predictions.ts";
import { resolveSurvey } from "../../server/services/surveys/surveys.ts";
import { resolveModel, runHistory, startRun } from "../../server/services/training/training.ts";
import { jobById } from "../../server/storage/jobs.ts";
import { reefline, startWorker, until } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let ctx: Context;
let surveyId: string;

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 1_536, heightPx: 1_152, seed: 4 });
  const commands = [
    ["survey", "add", files.tif, "--name", "tiny"],
    ["labels", "import", files.labels, "--survey", "tiny"],
    ["labels", "import", files.examined, "--survey", "tiny", "--as", "examined"],
    ["labels", "import", files.holdout, "--survey", "tiny", "--as", "holdout", "--locked"],
  ];
  for (const command of commands) {
    const { code, stderr } = await reefline(["--data", dataDir, ...command]);
    if (code !== 0) throw new Error(stderr);
  }
  ({ ctx } = await openTestStore(dataDir));
  surveyId = (await resolveSurvey(ctx, "tiny")).id;
});
afterAll(async () => {
  await ctx.store.close();
  folder.remove();
});

const state = async (jobId: string) => (await jobById(ctx.store.db, jobId)).state;

it("training resumes after kill -9, and its history reads as if nothing had happened", async () => {
  const run = await startRun(ctx, {
    name: "survivor",
    surveyIds: [surveyId],
    config: trainConfigSchema.parse({ seed: 7, budget: { kind: "epochs", epochs: 2 } }),
  });
  const first = startWorker(dataDir);
  await until("the first epoch ends", async () => (await runHistory(ctx, run.id)).some((event) => event.kind === "validation"), 90);
  await first.kill();
  expect(await state(run.jobId)).toBe("running");

  // Told to end, a worker gives the job back with a checkpoint, and it does not count as a crash.
  const stepsBefore = (await runHistory(ctx, run.id)).length;
  const second = startWorker(dataDir);
  await until("training goes on", async () => (await runHistory(ctx, run.id)).length !== stepsBefore, 90);
  await second.stop();
  expect(await jobById(ctx.store.db, run.jobId)).toMatchObject({ state: "queued", attempt: 1 });

  const third = startWorker(dataDir, ["--until", run.jobId]);
  await until("the training ends", async () => (await state(run.jobId)) !== "running" && (await state(run.jobId)) !== "queued", 110);
  await third.stop();
  const job = await jobById(ctx.store.db, run.jobId);
  expect(job.error).toBeNull();
  expect(job).toMatchObject({ state: "done", attempt: 2 });
  const steps = (await runHistory(ctx, run.id)).filter((event) => event.kind === "step").map((event) => event.step);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(new Set(steps).size).toBe(steps.length);
  const { card } = await resolveModel(ctx, "survivor");
  expect(card.heldOut?.tp).toBeGreaterThan(0);
}, 240_000);

it("a prediction that was killed again and again gives the same bytes as one that was not", async () => {
  const model = await resolveModel(ctx, "survivor");
  // Wide enough that a fast machine is still at it when the kill comes.
  const { tif } = await makeTinySurvey({ outDir: join(folder.path, "wide"), widthPx: 3_840, heightPx: 2_880, seed: 5 });
  expect((await reefline(["--data", dataDir, "survey", "add", tif, "--name", "wide"])).code).toBe(0);
  const wide = await resolveSurvey(ctx, "wide");
  const start = () => startPrediction(ctx, { surveyId: wide.id, modelId: model.id, area: null, threshold: null });
  const digest = async (id: string) => {
    expect((await getPrediction(ctx, id)).state).toBe("ready");
    return createHash("sha256")
      .update(await readFile(join(ctx.store.paths.prediction(id), "probability.tif")))
      .digest("hex");
  };

  const calm = await start();
  const steady = startWorker(dataDir, ["--until", calm.jobId]);
  await until("the prediction ends", async () => (await state(calm.jobId)) === "done", 90);
  await steady.stop();

  const rough = await start();
  for (let kills = 1; kills <= 2; kills++) {
    const doomed = startWorker(dataDir);
    await until(`attempt ${kills} gets going`, async () => {
      const { attempt, progress, state: now } = await jobById(ctx.store.db, rough.jobId);
      return now === "done" || (attempt === kills && (progress?.fraction ?? 0) > 0.15 * kills);
    });
    await doomed.kill();
  }
  const last = startWorker(dataDir, ["--until", rough.jobId]);
  await until("the prediction ends", async () => (await state(rough.jobId)) === "done", 90);
  await last.stop();

  const job = (await listJobs(ctx)).find((one) => one.id === rough.jobId);
  expect(job?.attempt).toBe(3);
  expect(await digest(rough.id)).toBe(await digest(calm.id));
}, 240_000);
