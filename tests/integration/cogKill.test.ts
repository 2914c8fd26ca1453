import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { writeStripTiff } from "../../benchmarks/survey/stripTiff.ts";
import { bundle } from "../../bin/bundle.mjs";
import { addSurvey, resolveSurvey } from "../../server/services/surveys/surveys.ts";
import { jobById } from "../../server/storage/jobs.ts";
import { ended, reefline, startWorker, until } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const { folder: bundled } = await bundle();
const gsdMeters = 0.05;

/** Rows whose pixels depend on their place alone. */
function rowsOf(widthPx: number) {
  return (rowOff: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(widthPx * count * 3);
    for (let row = 0, at = 0; row < count; row++) {
      for (let col = 0; col < widthPx; col++, at += 3) {
        const height = (Math.imul(col, 73) ^ Math.imul(rowOff + row, 151)) & 31;
        bytes[at] = 90 + height;
        bytes[at + 1] = 110 + (height >> 1) + ((col >> 5) & 7);
        bytes[at + 2] = 70 + ((rowOff + row) & 63);
      }
    }
    return bytes;
  };
}

const digest = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

/** Converts, and is killed once so many parts wait beside the file; what it printed if it came to its end. */
async function convert(from: string, to: string, killAtParts: number | null): Promise<{ resumedRows: number } | null> {
  const child = fork(join(bundled, "convertCog.child.js"), [from, to, "0"], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  let text = "";
  child.stdout?.on("data", (piece) => {
    text += piece;
  });
  const end = ended(child);
  if (killAtParts !== null) {
    await until(`${killAtParts} parts are written`, async () => (await partsBeside(to)) >= killAtParts, 60);
    child.kill("SIGKILL");
  }
  return (await end) === 0 ? z.object({ resumedRows: z.number() }).parse(JSON.parse(text)) : null;
}

async function partsBeside(path: string): Promise<number> {
  const folder = `${path}.parts`;
  return existsSync(folder) ? (await readdir(folder)).filter((name) => /^part-\d+\.json$/.test(name)).length : 0;
}

it("a COG whose writer is killed again and again is finished with the same bytes", async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const source = join(folder.path, "source.tif");
  const widthPx = 1_733;
  await writeStripTiff(source, { widthPx, heightPx: 9_321, gsdMeters }, rowsOf(widthPx));
  const calm = join(folder.path, "calm.tif");
  expect(await convert(source, calm, null)).toEqual(expect.objectContaining({ resumedRows: 0 }));

  const rough = join(folder.path, "rough.tif");
  for (const parts of [0, 1, 2, 4, 5]) {
    expect(await convert(source, rough, parts)).toBeNull();
    expect(existsSync(rough)).toBe(false);
  }
  const finished = await convert(source, rough, null);
  expect(finished?.resumedRows).toBeGreaterThan(0);
  expect(await digest(rough)).toBe(await digest(calm));
  expect((await readdir(folder.path)).sort()).toEqual(["calm.tif", "rough.tif", "source.tif"]);
}, 120_000);

it("an import whose worker is killed is finished by the next, with the bytes and statistics of one that was not", async () => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, "data");
  const source = join(folder.path, "source.tif");
  const widthPx = 3_207;
  await writeStripTiff(source, { widthPx, heightPx: 6_011, gsdMeters }, rowsOf(widthPx));
  const added = await reefline(["--data", dataDir, "survey", "add", source, "--name", "calm"]);
  expect(added.code).toBe(0);
  const { ctx } = await openTestStore(dataDir);
  onTestFinished(async () => {
    await ctx.store.close();
    folder.remove();
  });
  const fields = surveyFieldsSchema.parse({ name: "rough" });
  const { job } = await addSurvey(ctx, { fields, path: source, fileName: "source.tif", deleteSource: false });

  const journals = async () => {
    const assets = ctx.store.paths.assets;
    const names = await readdir(assets, { recursive: true });
    return names.filter((name) => /attempt-\d+.cog\.parts.part-\d+\.json$/.test(name)).length;
  };
  const doomed = startWorker(dataDir, [], { REEFLINE_LEASE_SECONDS: "1" });
  await until("a part is journalled", async () => (await journals()) > 0 || (await jobById(ctx.store.db, job.id)).state === "done", 90);
  await doomed.kill();
  const last = startWorker(dataDir, ["--until", job.id]);
  await until("the import ends", async () => (await jobById(ctx.store.db, job.id)).state === "done", 90);
  await last.stop();

  const [calm, rough] = [await resolveSurvey(ctx, "calm"), await resolveSurvey(ctx, "rough")];
  expect((await jobById(ctx.store.db, job.id)).attempt).toBe(2);
  const file = (assetId: string) => join(ctx.store.paths.asset(assetId), "cog.tif");
  expect(await digest(file(rough.image?.assetId ?? ""))).toBe(await digest(file(calm.image?.assetId ?? "")));
  expect(rough.image?.bands.map(({ statistics }) => statistics?.histogram)).toEqual(
    calm.image?.bands.map(({ statistics }) => statistics?.histogram),
  );
  expect(calm.image?.bands[0]?.statistics).toMatchObject({ min: 90, max: 121, validFraction: 1, approximate: false });
  expect(await readdir(ctx.store.paths.asset(rough.image?.assetId ?? ""))).toEqual(["cog.tif"]);
}, 180_000);
