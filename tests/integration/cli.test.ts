import { spawn, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import type { SurveyFiles } from "@reefline/test-kit/surveyFiles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../benchmarks/reeflineCli.ts";
import { type RunningServer, reefline, startServer, startWorker } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
const at = (name: string) => join(folder.path, name);
let files: SurveyFiles;

beforeAll(async () => {
  files = await makeTinySurvey({ outDir: at("survey"), seed: 9 });
});
afterAll(() => folder.remove());

const run = (...args: string[]) => reefline(["--data", dataDir, ...args]);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await run("--json", ...args);
  expect(stderr + stdout, args.join(" ")).toSatisfy(() => code === 0);
  return JSON.parse(stdout);
}

describe("usage", () => {
  it("mistakes end with 2 and say what is wrong, on stderr alone", async () => {
    const mistakes = [
      ["nonsense"],
      ["survey", "add"],
      ["survey", "add", files.tif],
      ["train", "--survey", "a", "--model", "m", "--minutes", "1", "--epochs", "2"],
      ["train", "--survey", "a", "--model", "m", "--seed", "-1"],
      ["predict", "--survey", "a", "--model", "m", "--threshold", "2"],
      ["labels", "import", files.labels, "--survey", "a", "--as", "reef"],
      ["export", "--survey", "a", "--layer", "label"],
    ];
    for (const mistake of mistakes) {
      const { code, stdout, stderr } = await run(...mistake);
      expect({ mistake, code, stdout }).toEqual({ mistake, code: 2, stdout: "" });
      expect(stderr).not.toBe("");
    }
  });

  it("a backend that models do not run on is refused by the launcher, by name", () => {
    const launcher = join(projectRoot(), "bin", "reefline.mjs");
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, "doctor", "--backend", "abacus"], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/no backend "abacus"/);
  });

  it("a reader that has seen enough ends nothing: the result goes nowhere, without a stack trace", async () => {
    const child = spawn(process.execPath, [join(projectRoot(), "bin", "reefline.mjs"), "doctor"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let said = "";
    child.stderr.on("data", (words) => {
      said += words;
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect({ crashed: /EPIPE|\n\s+at /.test(said), endedBySignal: code === null }).toEqual({ crashed: false, endedBySignal: false });
  });

  it("help and version end with 0", async () => {
    expect(await run("--version")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect((await run("--help")).code).toBe(0);
  });

  it("failures end with 1, one sentence and an empty stdout", async () => {
    const broken = at("broken.tif");
    await writeFile(broken, "II*\0 this is no image");
    const failures = [
      ["survey", "show", "nowhere"],
      ["survey", "add", at("missing.tif"), "--name", "x"],
      ["survey", "add", broken, "--name", "x"],
      ["export", "--survey", "nowhere", "--layer", "label", "--out", at("x.geojson")],
    ];
    for (const failure of failures) {
      const { code, stdout, stderr } = await run("--json", ...failure);
      expect({ failure, code, stdout }).toEqual({ failure, code: 1, stdout: "" });
      const sentence = stderr.trim().split("\n").at(-1) ?? "";
      expect(sentence).toMatch(/[A-Z].*\.$/);
      expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    }
    expect(await json("survey", "list")).toEqual({ surveys: [] });
  });
});

describe("the whole loop", () => {
  it("goes from a file to an evaluated model and exported polygons, without a server", async () => {
    const survey = await json("survey", "add", files.tif, "--name", "Tiny flat", "--captured-at", "2026-05-14", "--site", "North");
    expect(survey).toMatchObject({
      name: "Tiny flat",
      site: "North",
      capturedAt: "2026-05-14",
      image: { grid: { widthPx: files.grid.widthPx } },
    });
    const labelCount = JSON.parse(await readFile(files.labels, "utf8")).features.length;
    expect(await json("labels", "import", files.labels, "--survey", "Tiny flat")).toMatchObject({ imported: labelCount, skipped: 0 });
    await json("labels", "import", files.examined, "--survey", survey.id, "--as", "examined");
    await json("labels", "import", files.holdout, "--survey", survey.id, "--as", "holdout", "--locked");
    expect(await json("survey", "show", "Tiny flat")).toMatchObject({ id: survey.id, counts: { label: labelCount, holdout: 1 } });

    const trained = await json("train", "--survey", "Tiny flat", "--model", "m", "--seed", "3", "--epochs", "1");
    expect(trained).toMatchObject({ model: { name: "m" }, epochs: 1 });

    const evaluation = await json("evaluate", "--survey", "Tiny flat", "--model", "m", "--labels", files.truth, "--area", files.holdout);
    for (const key of ["areaM2", "dice", "iou", "meanIou", "precision", "recall", "threshold", "tp", "fp", "fn", "tn"])
      expect(evaluation).toHaveProperty(key);
    expect(evaluation.unit).toBe("m²");
    const { tp, fp, fn } = evaluation;
    expect(evaluation.dice).toBeCloseTo((2 * tp) / (2 * tp + fp + fn), 12);
    expect(evaluation.areaM2.truth).toBeGreaterThan(0);

    const predicted = await json("predict", "--survey", "Tiny flat", "--model", "m", "--threshold", "0.5");
    expect(predicted.prediction.threshold).toBe(0.5);
    // The whole survey gives the same numbers as the area alone did, but for the windows' different places.
    const again = await json("evaluate", "--survey", "Tiny flat", "--model", "m", "--labels", files.truth, "--area", files.holdout);
    expect(again.tp + again.fn).toBe(tp + fn);

    for (const layer of ["label", "prediction"]) {
      const out = at(`${layer}.geojson`);
      const written = await json("export", "--survey", "Tiny flat", "--layer", layer, "--format", "geojson", "--out", out);
      const collection = JSON.parse(await readFile(out, "utf8"));
      expect(collection.features).toHaveLength(written.featureCount);
      expect(written.featureCount).toBe(layer === "label" ? labelCount : predicted.polygonCount);
    }
    const jobs = (await json("jobs")).jobs.map((job: { kind: string; state: string }) => `${job.kind} ${job.state}`);
    expect(jobs.sort()).toEqual(["import done", "import failed", "predict done", "predict done", "train done"].sort());
  }, 240_000);
});

describe("beside a running server", () => {
  let server: RunningServer;
  afterAll(() => server?.stop());

  it("a command leaves its work to the worker that is alive, and the server sees it", async () => {
    server = await startServer(dataDir);
    const worker = startWorker(dataDir);
    const added = await json("survey", "add", files.tif, "--name", "Second flat");
    const jobs = await server.api.jobs.list.query();
    expect(jobs[0]).toMatchObject({ kind: "import", state: "done", surveyId: added.id });
    expect((await server.api.surveys.list.query()).map((survey) => survey.name)).toContain("Second flat");
    const clash = await run("survey", "add", files.tif, "--name", "Second flat");
    expect(clash).toMatchObject({ code: 1, stderr: expect.stringContaining("already") });
    await worker.stop();
  });
});
