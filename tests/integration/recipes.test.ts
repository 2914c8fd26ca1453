import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackZip } from "@reefline/segmentation/modelFiles/unpackZip";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reefline, startServer } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
const run = (...args: string[]) => reefline(["--data", at("data"), ...args, "--json"]);

async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: at("survey"), seed: 9 });
  await json("survey", "add", files.tif, "--name", "Tiny flat");
  await json("labels", "import", files.labels, "--survey", "Tiny flat");
  await json("labels", "import", files.examined, "--survey", "Tiny flat", "--as", "examined");
  await json("labels", "import", files.holdout, "--survey", "Tiny flat", "--as", "holdout", "--locked");
}, 120_000);
afterAll(() => folder.remove());

describe("chips export", () => {
  it("writes every chip of the split beside its mask, and into an empty folder only", async () => {
    const out = at("chips");
    const written = await json("chips", "export", out, "--survey", "Tiny flat", "--seed", "3");
    for (const role of ["train", "validation"] as const) {
      const names = (await readdir(join(out, role))).sort();
      expect(written[role]).toBeGreaterThan(0);
      expect(names).toHaveLength(2 * written[role]);
      for (const name of names.filter((one) => one.endsWith("_mask.png"))) {
        expect(names).toContain(name.replace("_mask", "_image"));
        const mask = sharp(join(out, role, name));
        expect(await mask.metadata()).toMatchObject({ channels: 1, depth: "uchar" });
        const data = await mask.toColourspace("b-w").raw().toBuffer();
        expect([...new Set(data)].every((value) => [0, 128, 255].includes(value))).toBe(true);
        expect(data.some((value) => value !== 128)).toBe(true);
      }
    }
    const again = await run("chips", "export", out, "--survey", "Tiny flat");
    expect(again).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("empty") });
    await writeFile(at("a-file"), "");
    expect(await run("chips", "export", at("a-file"), "--survey", "Tiny flat")).toMatchObject({ code: 1, stdout: "" });
  }, 60_000);
});

describe("chips for a browser", () => {
  it("are the same files in one ZIP, or a sentence why there are none", async () => {
    const server = await startServer(at("data"));
    try {
      const [survey] = await server.api.surveys.list.query();
      const ask = (surveyIds: string[], config: object) =>
        fetch(`${server.url}/training/chips.zip?${new URLSearchParams({ request: JSON.stringify({ surveyIds, config }) })}`);
      const answer = await ask([survey?.id ?? ""], { seed: 3 });
      expect(answer.headers.get("content-disposition")).toContain("Tiny flat chips.zip");
      const archive = new Uint8Array(await answer.arrayBuffer());
      const written = ["train", "validation"].map(async (role) =>
        (await readdir(join(at("chips"), role))).map((name) => `${role}/${name}`),
      );
      const names = (await Promise.all(written)).flat();
      expect(names.length).toBeGreaterThan(4);
      const parts = await unpackZip(archive, new Map([...names, "README.txt"].map((name) => [name, 2 ** 22])));
      expect([...parts.keys()].sort()).toEqual([...names, "README.txt"].sort());
      for (const name of names) expect(parts.get(name)).toEqual(await readFile(join(at("chips"), name)));
      expect(new TextDecoder().decode(parts.get("README.txt"))).toContain("128 not examined");

      // One class alone cannot be learned.
      const refused = await ask([survey?.id ?? ""], { classes: ["reef", "of no label"] });
      expect(refused.status).toBe(400);
      expect((await refused.json()).appError.message).toContain("of no label");
      expect((await ask([], {})).status).toBe(400);
      expect((await ask(["sv_0123456789abcdefghj"], {})).status).toBe(404);
    } finally {
      await server.stop();
    }
  }, 60_000);
});

describe("train --compare", () => {
  it("trains every recipe on the same ground, and sets them side by side at 0.5 and at the threshold each chose", async () => {
    const shared = ["--seed", "4", "--epochs", "1", "--gsd", "0.2"];
    const { comparisonId, compared } = await json("train", "--survey", "Tiny flat", "--model", "Side", "--compare", ...shared);
    const names = compared.map(({ recipe }: { recipe: string }) => recipe);
    // The one on the pretrained encoder needs its file.
    expect(names.slice(0, 4)).toEqual(["cross-entropy", "dice", "cyclical", "fast"]);
    expect([[], ["best"]]).toContainEqual(names.slice(4));
    const grounds = new Set<string>();
    for (const { heldOut, atHalf, validationDice, trainSeconds } of compared) {
      expect(atHalf.threshold).toBe(0.5);
      expect(trainSeconds).toBeGreaterThan(0);
      for (const score of [validationDice, atHalf.dice, atHalf.meanIou, heldOut.dice, heldOut.meanIou]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
      // The same pixels at both thresholds, and of every recipe.
      const pixels = ({ tp, fp, fn, tn }: Record<"tp" | "fp" | "fn" | "tn", number>) => [tp + fn, fp + tn];
      expect(pixels(atHalf)).toEqual(pixels(heldOut));
      expect(atHalf.dice).toBeCloseTo((2 * atHalf.tp) / (2 * atHalf.tp + atHalf.fp + atHalf.fn), 12);
      grounds.add(`${heldOut.detail.ground} ${heldOut.detail.truth} ${pixels(heldOut)}`);
    }
    expect(grounds.size).toBe(1);
    expect(new Set(compared.map(({ modelId }: { modelId: string }) => modelId)).size).toBe(names.length);
    expect(comparisonId).toMatch(/^cp_/);
  }, 240_000);
});

describe("train on ground too small for one honest number", () => {
  it("judges the model part by part as well, and says so first; --no-check leaves that out", async () => {
    const files = await makeTinySurvey({ outDir: at("small"), widthPx: 700, heightPx: 610, seed: 12 });
    await json("survey", "add", files.tif, "--name", "Small");
    await json("labels", "import", files.labels, "--survey", "Small");
    await json("labels", "import", files.examined, "--survey", "Small", "--as", "examined");
    const train = (...more: string[]) =>
      run("train", "--survey", "Small", "--model", "s", "--preset", "fast", "--epochs", "1", "--gsd", "0.1", ...more);
    const { code, stdout, stderr } = await train();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/No area is held out, .*part by part as well: \d more trainings/),
    });
    const { model, check } = JSON.parse(stdout);
    expect(check.folds).toHaveLength(check.plannedFolds);
    expect(check.plannedFolds).toBeGreaterThan(1);
    const { tp, fp, fn, tn } = check.pooled;
    const parts = check.folds.flatMap(
      ({ heldOut }: { heldOut: { tp: number; fp: number; fn: number; tn: number } | null }) => heldOut ?? [],
    );
    expect(tp + fp + fn + tn).toBe(
      parts.reduce((sum: number, part: typeof check.pooled) => sum + part.tp + part.fp + part.fn + part.tn, 0),
    );
    expect(model.name).toBe("s");
    const without = await train("--no-check");
    expect(without).toMatchObject({ code: 0, stderr: expect.not.stringContaining("part by part") });
    expect(JSON.parse(without.stdout).check).toBeUndefined();
  }, 240_000);
});

describe("train --find-rate", () => {
  it("tries rates upwards and trains nothing", async () => {
    const kinds = async () => (await json("jobs")).jobs.map((job: { kind: string }) => job.kind);
    const before = await kinds();
    const { points, suggested } = await json("train", "--survey", "Tiny flat", "--find-rate", "--preset", "fast", "--gsd", "0.2");
    expect(points.length).toBeGreaterThan(20);
    const rates = points.map(({ learningRate }: { learningRate: number }) => learningRate);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    if (suggested !== null) expect(suggested).toBeLessThan(rates.at(-1));
    expect(await kinds()).toEqual(before);
  }, 120_000);

  it("only that needs no name for a model", async () => {
    expect(await run("train", "--survey", "Tiny flat")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("train", "--survey", "Tiny flat", "--find-rate", "--model", "m")).toMatchObject({ code: 2, stdout: "" });
  });
});
