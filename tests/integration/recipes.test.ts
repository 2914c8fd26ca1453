import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reefline } from "./program.ts";
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

describe("train --find-rate", () => {
  it("tries rates upwards and trains nothing", async () => {
    const { points, suggested } = await json("train", "--survey", "Tiny flat", "--find-rate", "--preset", "fast", "--gsd", "0.2");
    expect(points.length).toBeGreaterThan(20);
    const rates = points.map(({ learningRate }: { learningRate: number }) => learningRate);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    if (suggested !== null) expect(suggested).toBeLessThan(rates.at(-1));
    expect((await json("jobs")).jobs.map((job: { kind: string }) => job.kind)).toEqual(["import"]);
  }, 120_000);

  it("only that needs no name for a model", async () => {
    expect(await run("train", "--survey", "Tiny flat")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("train", "--survey", "Tiny flat", "--find-rate", "--model", "m")).toMatchObject({ code: 2, stdout: "" });
  });
});
