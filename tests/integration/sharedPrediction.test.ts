import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { finishedRows } from "@reefline/inference/assemblePrediction";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import type { WindowPlanOptions } from "@reefline/inference/windowPlan";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { Prediction, PredictionOptions } from "@reefline/schema/prediction";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, expect, it } from "vitest";
import { assetPath } from "../../server/assets/openAsset.ts";
import { openSurveyRaster } from "../../server/assets/openSurveyRaster.ts";
import type { Context } from "../../server/context.ts";
import { getPrediction, removePrediction, startPrediction } from "../../server/services/predictions/predictions.ts";
import { resolveSurvey } from "../../server/services/surveys/surveys.ts";
import { resolveModel } from "../../server/services/training/training.ts";
import { jobById } from "../../server/storage/jobs.ts";
import { polygonSet } from "../../server/storage/polygonSets.ts";
import { claimSwath, commitSwath, planSwaths, releaseSwath, renewSwath, swathsOf } from "../../server/storage/swaths.ts";
import { type RunningWorker, reefline, startWorker, until } from "./program.ts";
import { expectNoSeam } from "./seams.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
/** Told apart, so that a prediction has every plane there is. */
const classes = ["live", "dead"] as const;
const workers: RunningWorker[] = [];
let ctx: Context;
let surveyId: string;
let modelId: string;

const work = (...args: string[]): RunningWorker => {
  const started = startWorker(dataDir, args);
  workers.push(started);
  return started;
};

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 1_024, heightPx: 768, seed: 6, classes });
  const wide = await makeTinySurvey({ outDir: join(folder.path, "wide"), widthPx: 1_100, heightPx: 7_000, seed: 7, classes });
  for (const command of [
    ["survey", "add", files.tif, "--name", "tiny"],
    ["labels", "import", files.labels, "--survey", "tiny"],
    ["labels", "import", files.examined, "--survey", "tiny", "--as", "examined"],
    ["train", "--survey", "tiny", "--model", "quick", "--epochs", "1", "--no-check", "--classes", classes.join()],
    ["survey", "add", wide.tif, "--name", "wide"],
  ]) {
    const { code, stderr } = await reefline(["--data", dataDir, ...command]);
    if (code !== 0) throw new Error(stderr);
  }
  ({ ctx } = await openTestStore(dataDir, { NODE_ENV: "test", REEFLINE_LEASE_SECONDS: "2" }));
  surveyId = (await resolveSurvey(ctx, "wide")).id;
  modelId = (await resolveModel(ctx, "quick")).id;
}, 240_000);
afterAll(async () => {
  for (const worker of workers) await worker.kill();
  await ctx.store.close();
  folder.remove();
});

/** On the engine that computes in threads of its own. */
const everything: Partial<PredictionOptions> = { testTimeAugmentation: true, uncertainty: true, engine: "onnxruntime" };
const start = (options: Partial<PredictionOptions>) => startPrediction(ctx, { surveyId, modelId, area: null, threshold: null, options });
const state = async ({ jobId }: Prediction) => (await jobById(ctx.store.db, jobId)).state;
const ready = (prediction: Prediction) =>
  until(
    "the prediction ends",
    async () => {
      const job = await jobById(ctx.store.db, prediction.jobId);
      if (job.state === "failed") throw new Error(job.error?.message);
      return job.state === "done" && job;
    },
    150,
  );

const digestOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Of every raster, of the areas of classes, and of the outlines. */
async function digests({ id }: Prediction): Promise<string[]> {
  const { raster, uncertainty, classRaster, threshold } = await getPrediction(ctx, id);
  const assets = [raster, uncertainty, classRaster].flatMap((one) => (one ? [one.assetId] : []));
  const rasters = await Promise.all(assets.map(async (assetId) => digestOf(await readFile(await assetPath(ctx.store, assetId)))));
  const outlines = ((await polygonSet(ctx.store.db, id, threshold)) ?? []).map((polygon) => [
    polygon.id,
    polygon.class,
    polygon.probability,
  ]);
  return [...rasters, digestOf(JSON.stringify(classRaster?.areaHistogramsM2)), digestOf(JSON.stringify(outlines))];
}

/** The one calm run that all others must equal. */
let calm: string[] = [];

it("writes where it is unsure beside the probability, and remembers what it was computed with", async () => {
  const prediction = await start(everything);
  const worker = work();
  await ready(prediction);
  await worker.stop();
  const made = await getPrediction(ctx, prediction.id);
  expect(made.engine).toMatchObject({ name: "onnxruntime", threads: expect.any(Number) });
  expect(made.uncertainty).toMatchObject({ measure: "orientations", gsdMeters: made.raster?.gsdMeters });
  expect((await readdir(ctx.store.paths.prediction(prediction.id))).sort()).toEqual(["classes.tif", "probability.tif", "uncertainty.tif"]);
  expect(await swathsOf(ctx.store.db, prediction.id)).toEqual([]);
  const rasters = await Promise.all(
    [made.raster, made.uncertainty].map(async (one) => openGeoTiff(await openFileSource(await assetPath(ctx.store, one?.assetId ?? "")))),
  );
  const [probability, spread] = await Promise.all(
    rasters.map((raster) => raster.read({ colOff: 0, rowOff: 0, widthPx: raster.grid.widthPx, heightPx: raster.grid.heightPx })),
  );
  expect(rasters[1]?.grid).toEqual(rasters[0]?.grid);
  // Nodata is the same ground in both; an hour's first epoch is unsure somewhere.
  expect(spread?.valid).toEqual(probability?.valid);
  expect(Math.max(...Array.from(spread?.data ?? [0]).slice(0, 100_000))).toBeGreaterThan(2);
  await Promise.all(rasters.map((raster) => raster.close()));
  const areasM2 = made.classRaster?.areaHistogramsM2.map((histogram) => histogram.reduce((sum, areaM2) => sum + areaM2, 0)) ?? [];
  expect(areasM2.map((areaM2) => areaM2 > 1)).toEqual([true, true]);
  const together = areasM2.reduce((sum, areaM2) => sum + areaM2, 0);
  const measured = made.raster?.areaHistogramM2.reduce((sum, areaM2, byte) => sum + (byte === 0 ? 0 : areaM2), 0) ?? 0;
  expect(together / measured).toBeCloseTo(1, 9);
  calm = await digests(prediction);
  expect(new Set(calm).size).toBe(5);
}, 240_000);

it("two workers share one survey, either dies, and the bytes are those of one", async () => {
  const prediction = await start(everything);
  const first = work();
  await until("the first worker has finished a swath", async () => (await swathsOf(ctx.store.db, prediction.id)).some((row) => row.file));
  const second = work();
  const holders = async () => new Set((await swathsOf(ctx.store.db, prediction.id)).flatMap((row) => row.leaseOwner ?? []));
  await until("both hold a swath", async () => (await state(prediction)) === "done" || (await holders()).size === 2, 90);
  expect(await state(prediction)).toBe("running");
  const { attempt } = await jobById(ctx.store.db, prediction.jobId);
  // The one that runs the job dies in the middle of a swath: the other takes the job and what was left lying.
  await first.kill();
  const third = work();
  await until("the job has changed hands", async () => (await jobById(ctx.store.db, prediction.jobId)).attempt > attempt, 60);
  await until("a helper is there again", async () => (await state(prediction)) === "done" || (await holders()).size === 2, 60);
  // And now one of the two that are left.
  const running = (await jobById(ctx.store.db, prediction.jobId)).state === "running";
  if (running) await third.kill();
  const job = await ready(prediction);
  await second.stop();
  expect(job.result).toMatchObject({ predictionId: prediction.id });
  expect(await digests(prediction)).toEqual(calm);
}, 300_000);

it("a trained model's prediction shows no seam against one large window", async () => {
  const { image } = await resolveSurvey(ctx, "wide");
  if (!image) throw new Error("the survey has no image");
  const raster = await openSurveyRaster(ctx.store, image);
  const predictor = await loadPredictor(ctx.store.paths.model(modelId));
  const predicted = async (name: string, windows: WindowPlanOptions) => {
    const swathDir = join(folder.path, name);
    const result = await predictSurvey({ predictor, raster, image, area: null, swathDir, windows });
    const parts: Uint8Array[] = [];
    for await (const { bytes } of finishedRows({ ...result, band: "probability" })) parts.push(bytes);
    return { bytes: Buffer.concat(parts), ...result.plan };
  };
  // Smaller than the windows of a job, so that there are many edges; what they share is the same.
  const one = await predicted("one", { maxWindowPx: 8_192 });
  const many = await predicted("many", { maxWindowPx: 768 });
  predictor.dispose();
  await raster.close();
  const { windows } = many;
  expect(one.windows.colOffs.length * one.windows.rowOffs.length).toBe(1);
  expect(windows.colOffs.length * windows.rowOffs.length).toBeGreaterThan(3);
  expectNoSeam(one.bytes, many.bytes, windows);
}, 120_000);

it("a zombie's swath is not seen: its lease is over, its file is not the one that counts", async () => {
  const { db } = ctx.store;
  const prediction = await start({});
  await db.transaction().execute((trx) => planSwaths(trx, prediction.id, "plan-a", [3, 3]));
  const claim = (owner: string, now?: number) => claimSwath(ctx.store, { predictionId: prediction.id, planHash: "plan-a", owner }, now);
  const zombie = await claim("zombie:1:a");
  const other = await claim("other:2:b");
  expect([zombie?.swathIndex, other?.swathIndex]).toEqual([0, 1]);
  expect(await claim("late:3:c")).toBeNull();
  expect(await claimSwath(ctx.store, { predictionId: prediction.id, planHash: "plan-b", owner: "stranger:4:d" })).toBeNull();
  const heir = await claim("heir:5:e", Date.now() + 3_000);
  if (!zombie || !other || !heir) throw new Error("no lease");
  expect([heir.swathIndex, heir.fence]).toEqual([0, zombie.fence + 1]);
  expect(await renewSwath(ctx.store, zombie, 2)).toBe(false);
  expect(await commitSwath(db, zombie, "zombie.bin")).toBe(false);
  await releaseSwath(db, zombie);
  expect(await renewSwath(ctx.store, heir, 2)).toBe(true);
  expect(await commitSwath(db, heir, "heir.bin")).toBe(true);
  // What is done stays done, for its own author too.
  expect(await commitSwath(db, heir, "again.bin")).toBe(false);
  await releaseSwath(db, other);
  expect(await swathsOf(db, prediction.id)).toMatchObject([
    { file: "heir.bin", windowsDone: 3 },
    { file: null, leaseOwner: null },
  ]);
  // A plan that is still good keeps what is done; another one starts from nothing.
  await db.transaction().execute((trx) => planSwaths(trx, prediction.id, "plan-a", [3, 3]));
  expect((await swathsOf(db, prediction.id)).map((row) => row.file)).toEqual(["heir.bin", null]);
  await db.transaction().execute((trx) => planSwaths(trx, prediction.id, "plan-c", [4]));
  expect(await swathsOf(db, prediction.id)).toMatchObject([{ planHash: "plan-c", file: null, windowCount: 4 }]);
  await removePrediction(ctx, prediction.id);
  expect(await swathsOf(db, prediction.id)).toEqual([]);
});
