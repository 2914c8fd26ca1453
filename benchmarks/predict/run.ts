/**
 * Whole-survey prediction beside the engine alone and beside a Python script: the same rows of windows of the same GeoTIFF, turn by turn.
 *
 *   npm run bench:predict -- [--rows 2] [--rounds 6] [--base 16] [--depth 4] [--patch 2] [--gsd-factor 2] [--engine auto] [--tif FILE]
 *
 * "the engine alone" runs the network on windows that lie in memory; "Reefline" reads, resamples, computes, blends, compresses and writes
 * flushed swaths as a job does; the Python script reads by rasterio, runs the exported ONNX file on onnxruntime and writes by rasterio.
 * Without --tif the real orthomosaic of the shared data is taken, else a made one. Python's peers are installed once in the user's cache.
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
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import { defaultLimits } from "@reefline/schema/limits";
import { engineNames } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import { chooseEngine } from "@reefline/segmentation/chooseEngine";
import { madeCard, madeValues } from "@reefline/segmentation/madeModel";
import { writeModel } from "@reefline/segmentation/modelFiles";
import { exportOnnx } from "@reefline/segmentation/onnxExport";
import { loadPredictor } from "@reefline/segmentation/predictor";
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

type Side = "engine" | "ours" | "python";

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
  const plan = planSurvey({ card, strideMultiplePx: predictor.strideMultiplePx, image, area: null });
  const { windows } = plan;
  const place = { bytes: { kind: "file", path: tif }, placed: null } as const;
  const source = new WindowsAhead(await threadedWindows({ place, limits: defaultLimits, image, plan }));
  collectRarely();
  const here = readingWindows(raster, image, plan);
  const peers = values["no-python"] ? null : await startPython(workFolder, tif, plan, exportOnnx(card, model, "onnx"));

  const times: Record<Side, number[]> = { engine: [], ours: [], python: [] };
  /** Processor milliseconds, on all cores together; they say what the clock would on a quiet machine. */
  const worked: Record<Side, number[]> = { engine: [], ours: [], python: [] };
  let [windowCount, peakPython] = [0, 0];
  const lastFirst = Math.max(0, windows.rowOffs.length - rowsAtOnce);
  for (let round = -1; round < roundCount; round++) {
    const first = lastFirst === 0 ? 0 : (Math.max(0, round) * rowsAtOnce) % (lastFirst + 1);
    const indexes = Array.from({ length: Math.min(rowsAtOnce, windows.rowOffs.length) }, (_, i) => first + i);
    const loaded = await windowsOf(here, plan, indexes);

    const engineFrom = performance.now();
    const engineCpu = cpuMs();
    for (const { pixels, valid } of loaded) await predictor.predict(pixels, windows.windowWidthPx, windows.windowHeightPx, 1, valid);
    const engine = performance.now() - engineFrom;
    const oursCpu = cpuMs();

    const oursFrom = performance.now();
    let computed = 0;
    let written: Promise<void> = Promise.resolve();
    for (const [i, index] of indexes.entries()) {
      const path = join(workFolder, `swath-${index}.bin`);
      const done = await computeSwath({ plan, index, next: indexes[i + 1] ?? null, predictor, source, path });
      computed += done.windowsComputed;
      await written;
      written = done.written;
    }
    await written;
    const ours = performance.now() - oursFrom;
    const cpus = { engine: oursCpu - engineCpu, ours: cpuMs() - oursCpu };
    if (computed !== loaded.length) throw new Error(`${computed} windows computed, ${loaded.length} loaded`);

    const [python = Number.NaN, , peak = 0, pythonCpu = 0] = peers
      ? (await peers.ask(`${first} ${indexes.at(-1)}`)).split(" ").map(Number)
      : [];
    if (round < 0) continue;
    windowCount += computed;
    peakPython = Math.max(peakPython, peak);
    times.engine.push(engine / computed);
    times.ours.push(ours / computed);
    times.python.push(python / computed);
    worked.engine.push(cpus.engine / computed);
    worked.ours.push(cpus.ours / computed);
    worked.python.push(pythonCpu / computed);
  }
  peers?.stop();
  predictor.dispose();
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
      row("the engine alone, in memory", "engine", null) +
      row("Reefline, a survey's swaths", "ours", process.resourceUsage().maxRSS / 1024) +
      (peers ? row("Python: rasterio, onnxruntime", "python", peakPython) : "") +
      `\n${ratioLine("throughput of the survey to the engine alone", pairedRatio(times.engine, times.ours))}` +
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
