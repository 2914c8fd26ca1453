/**
 * Writing a COG beside GDAL: time, size, memory, and whether the files say the same; then reading beside rasterio, per compression.
 *
 *   npm run bench:raster -- [--size 6000] [--repeats 5] [--only rgb,banepa]
 *
 * Sources are plain strips, as photogrammetry programs write them: a made survey of `--size`², and at most 4000 px of it with a mask, in
 * 16 bits and as floating point; the real orthomosaic where the shared data is there. Runs alternate with GDAL's; ratios are geometric
 * means over pairs with their 95 % interval. Ours counts statistics on the way and flushes the file to disk; GDAL does neither.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { z } from "zod";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";
import { mirroredRows } from "../survey/mirroredRows.ts";
import { writeStripTiff } from "../survey/stripTiff.ts";
import { benchReading } from "./read.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "raster"),
  options: {
    size: { type: "string", default: "6000" },
    repeats: { type: "string", default: "5" },
    only: { type: "string" },
  },
  allowPositionals: true,
});
const sizePx = Number(values.size);
const repeats = Math.max(2, Number(values.repeats));
const gsdMeters = 0.03;
const root = projectRoot();
const peer = join(root, "benchmarks", "raster", "peer.py");
const folder = mkdtempSync(join(tmpdir(), "reefline-bench-raster-"));
const say = (text: string) => process.stderr.write(`${text}\n`);

async function lastLine(command: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${exitCode}.`);
  return JSON.parse(text.trim().split("\n").at(-1) ?? "null");
}

const runSchema = z.object({ seconds: z.number(), cpuSeconds: z.number(), peakMiB: z.number() });
const checkSchema = z.object({
  pixelsEqual: z.boolean(),
  masksEqual: z.boolean(),
  overviewDifference: z.array(z.number()),
  beside: z.string(),
  valid: z.boolean(),
  errors: z.array(z.string()),
});

async function makeSources(python: string): Promise<[string, string][]> {
  say("Making sources");
  const made = await makeDemoSurvey({ outDir: join(folder, "painted"), sizePx: 2_048 });
  const rgb = join(folder, "rgb.tif");
  await writeStripTiff(rgb, { widthPx: sizePx, heightPx: sizePx, gsdMeters }, await mirroredRows(made.tif, sizePx));
  const real = join(process.env.REEFLINE_SHARED_DATA ?? join(dirname(root), "shared", "data"), "banepa", "orthomosaic.tif");
  const words = [peer, "sources", folder, rgb, ...(existsSync(real) ? [real] : [])];
  const wanted = values.only?.split(",");
  const all = z.record(z.string(), z.string()).parse(await lastLine(python, words));
  return Object.entries(all).filter(([name]) => wanted === undefined || wanted.includes(name));
}

async function compare(python: string, name: string, source: string): Promise<void> {
  const ours = join(folder, "ours.tif");
  const theirs = join(folder, "theirs.tif");
  const convert = fileURLToPath(new URL("./convertCog.child.js", import.meta.url));
  const predictor = name === "float32" ? "3" : "2";
  const times: { ours: z.infer<typeof runSchema>[]; theirs: z.infer<typeof runSchema>[] } = { ours: [], theirs: [] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const turn = {
      ours: async () => times.ours.push(runSchema.parse(await lastLine(process.execPath, [convert, source, ours]))),
      theirs: async () => times.theirs.push(runSchema.parse(await lastLine(python, [peer, "convert", source, theirs, predictor]))),
    };
    // Who goes first alternates: the second finds the source in memory.
    for (const who of repeat % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const)) await turn[who]();
    say(`  ${name}: ${times.ours.at(-1)?.seconds.toFixed(2)} s, GDAL ${times.theirs.at(-1)?.seconds.toFixed(2)} s`);
  }
  const check = checkSchema.parse(await lastLine(python, [peer, "check", source, ours, theirs]));
  const seconds = (runs: readonly { seconds: number }[]) => runs.map((run) => run.seconds);
  const { ratio, low, high } = pairedRatio(seconds(times.ours), seconds(times.theirs));
  const peak = (runs: readonly { peakMiB: number }[]) => Math.max(...runs.map(({ peakMiB }) => peakMiB));
  const megabytes = statSync(source).size / 1e6;
  const sizes = { ours: statSync(ours).size, theirs: statSync(theirs).size };
  const line = (label: string, text: string) => process.stdout.write(`  ${label.padEnd(34)}${text}\n`);
  process.stdout.write(`\n${name}, ${megabytes.toFixed(0)} MB\n`);
  line("time", `${median(seconds(times.ours)).toFixed(2)} s, GDAL ${median(seconds(times.theirs)).toFixed(2)} s`);
  line("time / GDAL's", `${ratio.toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)}), aim ≤ 1.00`);
  line(
    "processor seconds",
    `${median(times.ours.map((run) => run.cpuSeconds)).toFixed(2)}, GDAL ${median(times.theirs.map((run) => run.cpuSeconds)).toFixed(2)}`,
  );
  line(
    "source read",
    `${(megabytes / median(seconds(times.ours))).toFixed(0)} MB/s, GDAL ${(megabytes / median(seconds(times.theirs))).toFixed(0)} MB/s`,
  );
  line(
    "size",
    `${(sizes.ours / 1e6).toFixed(1)} MB, GDAL ${(sizes.theirs / 1e6).toFixed(1)} MB: ${(sizes.ours / sizes.theirs).toFixed(3)} ×, aim ≤ 1.05`,
  );
  line("peak memory", `${peak(times.ours).toFixed(0)} MiB, GDAL ${peak(times.theirs).toFixed(0)} MiB; aim < 1000`);
  line("full-resolution pixels and mask", check.pixelsEqual && check.masksEqual ? "equal" : "DIFFERENT");
  line(
    "overviews, largest difference",
    `${check.overviewDifference.map((value) => +value.toPrecision(3)).join(", ")} beside ${check.beside}; aim ≤ 1`,
  );
  line("rio-cogeo, strict", check.valid && check.errors.length === 0 ? "valid" : `NOT valid: ${check.errors.join("; ")}`);
  for (const path of [ours, theirs]) rmSync(path, { force: true });
}

try {
  const python = await peerPython(["rasterio==1.4.4", "rio-cogeo==7.0.4", "numpy==2.4.6"]);
  const { name } = z.object({ name: z.string() }).parse(await lastLine(python, [peer, "about"]));
  const sources = await makeSources(python);
  process.stdout.write(
    `Beside ${name}: -of COG, DEFLATE level 6 with predictor, 2 threads, blocks of 512, AVERAGE overviews; ${repeats} alternating pairs.\n` +
      `Node ${process.version}; the time is that of the conversion in a running process, flushed to disk.\n`,
  );
  for (const [kind, source] of sources) await compare(python, kind, source);
  const colours = sources.find(([kind]) => kind === "banepa" || kind === "rgb");
  if (colours) await benchReading(python, colours[1], join(root, "benchmarks", "raster", "readPeer.py"), repeats);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
