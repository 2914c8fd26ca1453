import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Polygon } from "@reefline/schema/feature";
import { trainConfigSchema } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { resolveSurvey } from "../../server/services/surveys/surveys.ts";
import { crossValidationOf } from "../../server/services/training/crossValidation.ts";
import { listModels, startRun } from "../../server/services/training/training.ts";
import { foldResultsOf } from "../../server/storage/folds.ts";
import { jobById } from "../../server/storage/jobs.ts";
import { reefline, startWorker, until } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let ctx: Context;
let surveyId: string;
let labels: string;

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await reefline(["--data", dataDir, ...args, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 900, heightPx: 700, seed: 2 });
  labels = files.labels;
  await cli("survey", "add", files.tif, "--name", "tiny");
  await cli("labels", "import", files.labels, "--survey", "tiny");
  await cli("labels", "import", files.examined, "--survey", "tiny", "--as", "examined");
  await cli("labels", "import", files.holdout, "--survey", "tiny", "--as", "holdout", "--locked");
  ({ ctx } = await openTestStore(dataDir));
  surveyId = (await resolveSurvey(ctx, "tiny")).id;
});
afterAll(async () => {
  await ctx.store.close();
  folder.remove();
});

it("after kill -9 a fold that is done is not trained again, and every fold's counts are pooled", { timeout: 240_000 }, async () => {
  const config = trainConfigSchema.parse({
    budget: { kind: "epochs", epochs: 1 },
    gsdMeters: 0.06,
    folds: { by: "blocks", count: 2 },
  });
  const run = await startRun(ctx, { name: "checked", surveyIds: [surveyId], config });
  const first = startWorker(dataDir);
  await until("the first fold is done", async () => (await foldResultsOf(ctx.store.db, run.id)).length === 1, 100);
  await first.kill();
  const [kept] = await foldResultsOf(ctx.store.db, run.id);
  const second = startWorker(dataDir);
  await until("the training is done", async () => (await jobById(ctx.store.db, run.jobId)).state === "done", 100);
  await second.stop();
  const result = await crossValidationOf(ctx, run.id);
  expect(result?.folds[0]).toEqual(kept);
  expect(result?.folds.map(({ name }) => name)).toEqual(["part 1", "part 2"]);
  const sum = (key: "tp" | "fp" | "fn" | "tn") => result?.folds.reduce((total, { heldOut }) => total + (heldOut?.[key] ?? 0), 0);
  expect(result?.pooled).toMatchObject({ tp: sum("tp"), fp: sum("fp"), fn: sum("fn"), tn: sum("tn") });
  expect(await listModels(ctx)).toEqual([]);

  const out = join(folder.path, "errors.geojson");
  const { count } = await cli("label-errors", "checked", "--out", out);
  const written = JSON.parse(await readFile(out, "utf8")) as { features: { properties: { area_m2: number } }[] };
  expect(written.features.length).toBe(count);
  const areas = written.features.map(({ properties }) => properties.area_m2);
  expect(areas).toEqual([...areas].sort((a, b) => b - a));
});

it("compares two labellers: what one of them drew alone, and how far they agree", { timeout: 60_000 }, async () => {
  const all = JSON.parse(readFileSync(labels, "utf8")) as { features: { geometry: Polygon }[] };
  const same = await cli("labels", "compare", labels, "--survey", "tiny");
  expect(same).toMatchObject({ kappa: 1, boundaryF1: 1, disagreements: 0, evaluation: { dice: 1 } });
  const fewer = join(folder.path, "fewer.geojson");
  writeFileSync(fewer, JSON.stringify({ ...all, features: all.features.filter((_, i) => i % 2 === 0) }));
  const half = await cli("labels", "compare", fewer, "--survey", "tiny");
  expect(half.evaluation).toMatchObject({ precision: 1, fp: 0 });
  expect(half.kappa).toBeLessThan(half.evaluation.dice);
  expect(half.disagreements).toBeGreaterThan(0);
  const turned = await cli("labels", "compare", labels, "--with", fewer, "--survey", "tiny");
  expect(turned.evaluation).toMatchObject({ recall: 1, fn: 0 });
  expect(turned.kappa).toBeCloseTo(half.kappa, 9);
});

it("refuses what cannot be left out, and what cannot be gone on from, in words", { timeout: 60_000 }, async () => {
  const groups = await reefline(["--data", dataDir, "train", "--survey", "tiny", "--model", "x", "--epochs", "1", "--leave-out", "group"]);
  expect(groups.code).not.toBe(0);
  expect(groups.stderr).toMatch(/groups of photos/);
  const from = await reefline(["--data", dataDir, "train", "--survey", "tiny", "--model", "x", "--epochs", "1", "--from", "nothing"]);
  expect(from.code).not.toBe(0);
  expect(from.stderr).toMatch(/no model called "nothing"/);
});
