/**
 * Whole-survey prediction beside the engine alone and beside a Python script: the same rows of windows of the same GeoTIFF, turn by turn.
 *
 *   npm run bench:predict -- [--rows 2] [--rounds 6] [--base 16] [--depth 4] [--patch 2] [--gsd-factor 2] [--engine auto] [--tif FILE]
 *
 * "the engine alone" runs the network on windows that lie in memory: one after the other on all cores, and as a job runs it (on onnxruntime
 * two at once). "Reefline" reads, resamples, computes, blends and writes flushed swaths as a job does; the Python script reads by rasterio,
 * runs the exported ONNX file on onnxruntime and writes by rasterio. Both keep as few unpacked blocks as one would of a survey too large to
 * be kept. Without --tif the real orthomosaic of the shared data is taken, else a made one. Python's peers are installed once in the user's cache.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import { computeSwath } from "@reefline/inference/computeSwath";
import { plannedArea, planSurvey, type SurveyPlan, tasksOfSwath } from "@reefline/inference/surveyPlan";
import { type LoadedWindow, readingWindows } from "@reefline/inference/windowSource";
import { WindowsAhead } from "@reefline/inference/windowsAhead";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { defaultLimits } from "@reefline/schema/limits";
import { engineNames } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import { chooseEngine } from "@reefline/segmentation/engines/chooseEngine";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { exportOnnx } from "@reefline/segmentation/exchange/onnxExport";
import { madeCard, madeValues } from "@reefline/segmentation/modelFiles/madeModel";
import { writeModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { openEngine } from "../../server/jobs/engineLanes.ts";
import { collectRarely } from "../../server/jobs/rareCollection.ts";
import { threadedWindows } from "../../server/jobs/threadedWindows.ts";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";
import { writeMadeSurvey } from "./madeSurvey.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "2" },
    rounds: { type: "string", default: "6" },
    base: { type: "string", default: "16" },
    depth: { type: "string", default: "4" },
    patch: { type: "string", default: "2" },
    "gsd-factor": { type: "string", default: "2" },
    engine: { type: "string", default: "auto" },
    tif: { type: "string" },
    python: { type: "string" },
    "no-python": { type: "boolean", default: false },
  },
});
const [rows, rounds, baseFilters, depth, patch, factor] = [
  values.rows,
  values.rounds,
  values.base,
  values.depth,
  values.patch,
  values["gsd-factor"],
].map(Number);
if (!rows || !rounds || !baseFilters || !depth || !factor || (patch !== 1 && patch !== 2))
  throw new Error("Every option is a number above 0; --patch is 1 or 2.");

/** Unpacked blocks that either reader keeps: those of a few windows, so that every round unpacks its own. */
const blockCacheBytes = 16 * 2 ** 20;

const folder = await mkdtemp(join(tmpdir(), "reefline-bench-predict-"));
try {
  await measure(folder, { rows, rounds, factor, architecture: { kind: "unet", baseFilters, depth, bandCount: 3, patchPx: patch } });
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();

async function surveyFile(workFolder: string): Promise<string> {
  const shared = join(process.env.REEFLINE_SHARED_DATA ?? join(projectRoot(), "..", "shared", "data"), "banepa", "orthomosaic.tif");
  if (values.tif) return values.tif;
  if (existsSync(shared)) return shared;
  const made = join(workFolder, "made.tif");
  await writeMadeSurvey(made, 8192);
  return made;
}

type Side = "engine" | "arranged" | "ours" | "python";

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

interface Bench {
  readonly rows: number;
  readonly rounds: number;
  readonly factor: number;
  readonly architecture: Parameters<typeof madeCard>[0];
}

async function measure(
  workFolder: string,
  { rows: rowsAtOnce, rounds: roundCount, factor: gsdFactor, architecture }: Bench,
): Promise<void> {
  const tif = await surveyFile(workFolder);
  const raster = await openGeoTiff(await openFileSource(tif));
  const gsdMeters = gridGsdMeters(raster.grid);
  const image: SurveyImage = {
    assetId: "as_0000000000000000000",
    version: "bench",
    grid: raster.grid,
    bounds: gridBounds(raster.grid),
    gsdMeters,
    sampleType: raster.sampleType,
    bands: raster.bandNames.map((name) => ({ name, stretch: { low: 0, high: 255 } })),
    maskKind: raster.maskKind,
    nodata: raster.nodata,
    sizeBytes: 0,
    sourceFileName: tif,
  };
  const card = { ...madeCard(architecture), gsdMeters: gsdMeters * gsdFactor };
  const model = madeValues(architecture, 1);
  const modelDir = join(workFolder, "model");
  await writeModel(modelDir, card, model);
  const wish = engineNames.find((name) => name === values.engine);
  const { choice } = await chooseEngine(modelDir, { windowPx: 768, ...(wish ? { allowed: [wish] } : {}) });
  const predictor = await loadPredictor(modelDir, { engine: choice });
  const opened = await openEngine(modelDir, choice);
  const plan = planSurvey({ card, strideMultiplePx: predictor.strideMultiplePx, image, area: null });
  const { windows } = plan;
  const place = { bytes: { kind: "file", path: tif }, placed: null } as const;
  const source = new WindowsAhead(await threadedWindows({ place, limits: { ...defaultLimits, blockCacheBytes }, image, plan }));
  const inference = opened.inference(plan);
  collectRarely();
  const here = readingWindows(raster, image, plan);
  const peers = values["no-python"] ? null : await startPython(workFolder, tif, plan, exportOnnx(card, model, "onnx"));

  const runOne = async (loaded: readonly LoadedWindow[]): Promise<number> => {
    let into: Float32Array | undefined;
    for (const { pixels, valid } of loaded)
      into = await predictor.predict(pixels, windows.windowWidthPx, windows.windowHeightPx, 1, valid, into);
    return loaded.length;
  };
  const runArranged = async (loaded: readonly LoadedWindow[]): Promise<number> => {
    const underWay: ReturnType<typeof inference.infer>[] = [];
    const finishFirst = async (): Promise<void> => {
      const inferred = await underWay.shift();
      if (inferred) inference.giveBack(inferred.planes);
    };
    for (const window of loaded) {
      if (underWay.length >= inference.atOnce) await finishFirst();
      underWay.push(inference.infer(window));
    }
    while (underWay.length > 0) await finishFirst();
    return loaded.length;
  };
  const runSurvey = async (indexes: readonly number[]): Promise<number> => {
    let computed = 0;
    let written: Promise<{ windowsComputed: number }> | null = null;
    for (const [i, index] of indexes.entries()) {
      const path = join(workFolder, `swath-${index}.bin`);
      const done = await computeSwath({ plan, index, next: indexes[i + 1] ?? null, inference, source, path });
      computed += (await written)?.windowsComputed ?? 0;
      written = done.written;
    }
    return computed + ((await written)?.windowsComputed ?? 0);
  };

  const times: Record<Side, number[]> = { engine: [], arranged: [], ours: [], python: [] };
  /** Processor milliseconds, on all cores together; they say what the clock would on a quiet machine. */
  const worked: Record<Side, number[]> = { engine: [], arranged: [], ours: [], python: [] };
  let [windowCount, peakPython] = [0, 0];
  const lastFirst = Math.max(0, windows.rowOffs.length - rowsAtOnce);
  for (let round = -1; round < roundCount; round++) {
    const first = lastFirst === 0 ? 0 : (Math.max(0, round) * rowsAtOnce) % (lastFirst + 1);
    const indexes = Array.from({ length: Math.min(rowsAtOnce, windows.rowOffs.length) }, (_, i) => first + i);
    const loaded = await windowsOf(here, plan, indexes);
    const copies = structuredClone(loaded);
    const turns: [Side, () => Promise<number>][] = [
      ["engine", () => runOne(loaded)],
      ["arranged", () => runArranged(copies)],
      ["ours", () => runSurvey(indexes)],
    ];
    // Whoever is first in one round is last in the next: a machine that slows down slows no side more.
    for (const [side, run] of round % 2 === 0 ? turns : turns.reverse()) {
      const from = performance.now();
      const cpuFrom = cpuMs();
      const computed = await run();
      if (computed !== loaded.length) throw new Error(`${computed} windows computed, ${loaded.length} loaded`);
      if (round < 0) continue;
      times[side].push((performance.now() - from) / computed);
      worked[side].push((cpuMs() - cpuFrom) / computed);
    }
    const [python = Number.NaN, , peak = 0, pythonCpu = 0] = peers
      ? (await peers.ask(`${first} ${indexes.at(-1)}`)).split(" ").map(Number)
      : [];
    if (round < 0) continue;
    windowCount += loaded.length;
    peakPython = Math.max(peakPython, peak);
    times.python.push(python / loaded.length);
    worked.python.push(pythonCpu / loaded.length);
  }
  peers?.stop();
  predictor.dispose();
  await opened.close();
  await source.close();
  await raster.close();

  const windowMpx = (windows.windowWidthPx * windows.windowHeightPx) / 1e6;
  const row = (name: string, side: Side, peakMegabytes: number | null) => {
    const list = times[side];
    const speed = ((windowMpx * 1e3) / median(list)).toFixed(2);
    const cells = [median(list).toFixed(0), Math.min(...list).toFixed(0), speed, median(worked[side]).toFixed(0)];
    return `${name.padEnd(34)}${[...cells, peakMegabytes === null ? "" : peakMegabytes.toFixed(0)].map((cell) => cell.padStart(11)).join("")}\n`;
  };
  const ratioLine = (name: string, ratio: { ratio: number; low: number; high: number }) =>
    `${name}: ${ratio.ratio.toFixed(3)} (95 % interval ${ratio.low.toFixed(3)}–${ratio.high.toFixed(3)})\n`;
  const { name, version, threads } = choice;
  process.stdout.write(
    `${tif.split("/").at(-1)}, model grid ${plan.modelGrid.widthPx} × ${plan.modelGrid.heightPx} px; U-Net, ${model.weights.length} weights, ` +
      `${windows.windowWidthPx} × ${windows.windowHeightPx} px windows that share ${windows.overlapPx} px; ${name} ${version}, ${threads} threads; ` +
      `${windowCount} windows, ${rowsAtOnce} rows of them at a time, turn by turn\n\n` +
      `${"one window".padEnd(34)}${["median ms", "best ms", "Mpx/s", "CPU ms", "peak MB"].map((cell) => cell.padStart(11)).join("")}\n` +
      row("the engine alone, one at a time", "engine", null) +
      row("the engine alone, as in a job", "arranged", null) +
      row("Reefline, a survey's swaths", "ours", process.resourceUsage().maxRSS / 1024) +
      (peers ? row("Python: rasterio, onnxruntime", "python", peakPython) : "") +
      `\n${ratioLine("throughput of the survey to the engine alone, one at a time", pairedRatio(times.engine, times.ours))}` +
      ratioLine("throughput of the survey to the engine alone, as in a job", pairedRatio(times.arranged, times.ours)) +
      (peers ? ratioLine("time of Reefline to Python", pairedRatio(times.ours, times.python)) : ""),
  );
}

async function windowsOf(from: ReturnType<typeof readingWindows>, plan: SurveyPlan, indexes: readonly number[]): Promise<LoadedWindow[]> {
  const tasks = indexes.flatMap((index) => tasksOfSwath(plan, plannedArea(plan.modelGrid, plan.area), index));
  const loaded: LoadedWindow[] = [];
  for (const task of tasks) {
    const window = task && (await from.load(task));
    if (window) loaded.push(window);
  }
  return loaded;
}

async function startPython(workFolder: string, tif: string, plan: SurveyPlan, onnx: Uint8Array) {
  const job = join(workFolder, "job.json");
  const model = join(workFolder, "model.onnx");
  await writeFile(model, onnx);
  const { windows, modelGrid } = plan;
  const raster = await openGeoTiff(await openFileSource(tif));
  const { widthPx, heightPx } = raster.grid;
  await raster.close();
  const facts = {
    tif,
    onnx: model,
    out: join(workFolder, "python.tif"),
    cacheBytes: blockCacheBytes,
    threads: availableParallelism(),
    gridWidth: modelGrid.widthPx,
    gridHeight: modelGrid.heightPx,
    scaleX: widthPx / modelGrid.widthPx,
    scaleY: heightPx / modelGrid.heightPx,
    windowWidth: windows.windowWidthPx,
    windowHeight: windows.windowHeightPx,
    overlap: windows.overlapPx,
    colOffs: windows.colOffs,
    rowOffs: windows.rowOffs,
  };
  await writeFile(job, JSON.stringify(facts));
  const python = values.python ?? (await peerPython(["onnxruntime", "rasterio"]));
  const script = join(projectRoot(), "benchmarks", "predict", "predict_survey.py");
  const child = spawn(python, [script, job], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The peer ended early. Try it by hand: ${python} ${script} ${job}`);
    return value;
  };
  await nextLine();
  return {
    ask: (line: string) => {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    stop: () => child.stdin.end(),
  };
}
