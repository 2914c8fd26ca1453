/**
 * Whole-survey prediction beside Keras 3 in graph mode and onnxruntime: same network and weights, same windows of the same GeoTIFF,
 * decoding, resampling and blending included; windows taken turn by turn, so that all meet the same noise.
 *
 *   npm run bench:predict -- [--windows 24] [--base 16] [--depth 4] [--gsd-factor 2] [--tif FILE] [--python PATH]
 *
 * Without --tif the real orthomosaic of the shared data is taken, else a made one. Without --python a virtual environment with the peers
 * is made once in the user's cache folder.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readModelInput } from "@reefline/chips/modelInput";
import { randomFrom } from "@reefline/chips/random";
import { gridBounds, gridGsdMeters, rescaleGrid } from "@reefline/geo/grid";
import { ColumnBlend } from "@reefline/inference/columnBlend";
import { reflectEdges } from "@reefline/inference/reflectEdges";
import { onGrid, planWindows } from "@reefline/inference/windowPlan";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";
import { loadBackend } from "@reefline/segmentation/backend";
import { initialValues } from "@reefline/segmentation/initialValues";
import { makePredictor } from "@reefline/segmentation/predictor";
import { unet } from "@reefline/segmentation/unet";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";
import { writeMadeSurvey } from "./madeSurvey.ts";

const { values } = parseArgs({
  options: {
    windows: { type: "string", default: "24" },
    base: { type: "string", default: "16" },
    depth: { type: "string", default: "4" },
    "gsd-factor": { type: "string", default: "2" },
    tif: { type: "string" },
    python: { type: "string" },
  },
});
const [windowCount, base, depth, gsdFactor] = [values.windows, values.base, values.depth, values["gsd-factor"]].map(Number);
if (!windowCount || !base || !depth || !gsdFactor) throw new Error("Every option is a number above 0.");
const warmUps = 3;

const folder = await mkdtemp(join(tmpdir(), "reefline-bench-predict-"));
try {
  await measure(folder, windowCount, base, depth, gsdFactor);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function surveyFile(workFolder: string): Promise<string> {
  const shared = join(process.env.REEFLINE_SHARED_DATA ?? join(projectRoot(), "..", "shared", "data"), "banepa", "orthomosaic.tif");
  if (values.tif) return values.tif;
  if (existsSync(shared)) return shared;
  const made = join(workFolder, "made.tif");
  await writeMadeSurvey(made, 4096);
  return made;
}

async function measure(workFolder: string, count: number, baseFilters: number, levels: number, factor: number): Promise<void> {
  const tif = await surveyFile(workFolder);
  const raster = await openGeoTiff(await openFileSource(tif));
  const gsdMeters = gridGsdMeters(raster.grid) * factor;
  const modelGrid = rescaleGrid(raster.grid, gsdMeters);
  const stretch = { low: 0, high: 255 };
  const image: SurveyImage = {
    assetId: "as_0000000000000000000",
    version: "bench",
    grid: raster.grid,
    bounds: gridBounds(raster.grid),
    gsdMeters: gridGsdMeters(raster.grid),
    sampleType: raster.sampleType,
    bands: raster.bandNames.map((name) => ({ name, stretch })),
    maskKind: raster.maskKind,
    nodata: raster.nodata,
    sizeBytes: 0,
    sourceFileName: tif,
  };

  const { tf, backend } = await loadBackend();
  const architecture = { kind: "unet", baseFilters, depth: levels, bandCount: 3 } as const;
  const model = initialValues(unet(architecture), randomFrom(1));
  const normalization = { mean: [113, 112, 105], std: [46, 41, 41] };
  const card: Pick<ModelCard, "architecture" | "normalization" | "temperature" | "gsdMeters" | "unsharp"> = {
    architecture,
    normalization,
    temperature: 1,
    gsdMeters,
    unsharp: null,
  };
  const predictor = makePredictor(tf, card as ModelCard, model);
  const plan = planWindows(modelGrid, predictor.strideMultiplePx);
  let blend = new ColumnBlend(plan, 1);

  const weightsFile = join(workFolder, "weights.bin");
  const bytes = (array: Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  await writeFile(weightsFile, Buffer.concat([bytes(model.weights), bytes(model.statistics)]));
  const job = join(workFolder, "job.json");
  await writeFile(
    job,
    JSON.stringify({
      tif,
      weights: weightsFile,
      base: baseFilters,
      depth: levels,
      ...normalization,
      factor,
      gridWidth: modelGrid.widthPx,
      gridHeight: modelGrid.heightPx,
      overlap: plan.overlapPx,
    }),
  );
  const python = values.python ?? (await peerPython(["tensorflow-cpu==2.21.0", "keras>=3,<4", "onnxruntime", "onnx", "rasterio"]));
  const peers = startPeers(python, job);
  const peerWeights = Number(await peers.nextLine());
  if (peerWeights !== unet(architecture).weightCount)
    throw new Error(`Not the same network: ${unet(architecture).weightCount} weights here, ${peerWeights} in Keras.`);

  const windows = plan.rowOffs.flatMap((rowOff) => plan.colOffs.map((colOff) => ({ colOff, rowOff })));
  const times: { ours: number[]; keras: number[]; onnx: number[] } = { ours: [], keras: [], onnx: [] };
  let groundPx = 0;
  let largestDifference = 0;
  for (let i = -warmUps; i < count; i++) {
    const at = windows[(i + warmUps) % windows.length];
    const on = at && onGrid(plan, at.colOff, at.rowOff);
    if (!at || !on) continue;
    const window = { ...at, widthPx: plan.windowWidthPx, heightPx: plan.windowHeightPx };
    const from = performance.now();
    const read = await readModelInput(raster, image, modelGrid, on);
    const pixels = reflectEdges(read.pixels, on, window, read.bandCount);
    const valid = reflectEdges(read.valid, on, window, 1);
    const probability = await predictor.predict(pixels, window.widthPx, window.heightPx, 1, valid);
    if (at.colOff === plan.colOffs[0]) blend = new ColumnBlend(plan, 1);
    blend.add([probability], valid);
    const mine = performance.now() - from;

    const ask = `${at.colOff} ${at.rowOff} ${window.widthPx} ${window.heightPx}`;
    const [keras = Number.NaN, kerasMean = Number.NaN] = (await peers.ask(`keras ${ask}`)).split(" ").map(Number);
    const [onnx = Number.NaN, onnxMean = Number.NaN] = (await peers.ask(`onnx ${ask}`)).split(" ").map(Number);
    if (i < 0) continue;
    times.ours.push(mine);
    times.keras.push(keras);
    times.onnx.push(onnx);
    groundPx += on.widthPx * on.heightPx;
    let sum = 0;
    for (let row = 0; row < on.heightPx; row++)
      for (let col = 0; col < on.widthPx; col++)
        sum += probability[(row + on.rowOff - at.rowOff) * window.widthPx + col + on.colOff - at.colOff] ?? 0;
    // Ground without a measurement is filled differently by the peers.
    if (read.valid.includes(0)) continue;
    const mean = sum / (on.widthPx * on.heightPx);
    largestDifference = Math.max(largestDifference, Math.abs(mean - kerasMean), Math.abs(mean - onnxMean));
  }
  peers.stop();
  predictor.dispose();
  await raster.close();

  const row = (name: string, list: readonly number[]) => {
    const seconds = list.reduce((sum, value) => sum + value, 0) / 1000;
    const cells = [median(list).toFixed(0), Math.min(...list).toFixed(0), (groundPx / 1e6 / seconds).toFixed(2)];
    return `${name.padEnd(30)}${cells.map((cell) => cell.padStart(11)).join("")}\n`;
  };
  const ratioLine = (name: string, list: readonly number[]) => {
    const { ratio, low, high } = pairedRatio(times.ours, list);
    return `ratio to ${name}: ${ratio.toFixed(3)} (95 % interval ${low.toFixed(3)}–${high.toFixed(3)})\n`;
  };
  process.stdout.write(
    `U-Net, ${unet(architecture).weightCount} weights, ${times.ours.length} windows of ${plan.windowWidthPx} × ${plan.windowHeightPx} px (${plan.overlapPx} px shared), ` +
      `decoding, resampling and blending included, turn by turn, ${backend.description}\n` +
      `mean probability per window without nodata differs by at most ${largestDifference.toFixed(4)} between programs\n\n` +
      `${"one window".padEnd(30)}${["median ms", "best ms", "Mpx/s"].map((cell) => cell.padStart(11)).join("")}\n` +
      row("Reefline", times.ours) +
      row("Keras 3, graph mode, rasterio", times.keras) +
      row("onnxruntime, rasterio", times.onnx) +
      `\n${ratioLine("Keras", times.keras)}${ratioLine("onnxruntime", times.onnx)}`,
  );
}

function startPeers(interpreter: string, job: string) {
  const script = join(projectRoot(), "benchmarks", "predict", "peers.py");
  const child = spawn(interpreter, [script, job], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The peers ended early. Try them by hand: ${interpreter} ${script} ${job}`);
    return value;
  };
  return {
    nextLine,
    ask: (line: string) => {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    stop: () => child.stdin.end(),
  };
}
