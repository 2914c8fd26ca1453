/**
 * `npm run bench:engines`: one window at a time on every engine that is here and in Python, turn by turn: Keras 3 in graph mode,
 * onnxruntime on the ONNX file we export, PyTorch where `--torch` installs it or `--python` has it.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { enginesHere } from "@reefline/segmentation/engines/enginesHere";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { exportOnnx } from "@reefline/segmentation/exchange/onnxExport";
import { madeCard, madePixels, madeValues } from "@reefline/segmentation/modelFiles/madeModel";
import { writeModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";

const { values: options } = parseArgs({
  options: {
    windows: { type: "string", default: "20" },
    base: { type: "string", default: "16" },
    depth: { type: "string", default: "4" },
    sizes: { type: "string", default: "512,768" },
    threads: { type: "string", default: String(availableParallelism()) },
    torch: { type: "boolean", default: false },
    python: { type: "string" },
  },
});
const [count, baseFilters, depth, threads] = [options.windows, options.base, options.depth, options.threads].map(Number);
const sizes = options.sizes.split(",").map(Number);
if (!count || !baseFilters || !depth || !threads || sizes.some((size) => !size)) throw new Error("Every option is a number above 0.");
const warmUps = 3;

interface UnetArchitecture {
  readonly kind: "unet";
  readonly baseFilters: number;
  readonly depth: number;
  readonly bandCount: number;
  readonly patchPx: 2;
}

/** Milliseconds and mean probability of one window. */
type Timed = { readonly milliseconds: number; readonly mean: number };
interface Runner {
  readonly name: string;
  run(size: number): Promise<Timed>;
}

const folder = await mkdtemp(join(tmpdir(), "reefline-bench-engines-"));
try {
  await measure(folder, { kind: "unet", baseFilters, depth, bandCount: 3, patchPx: 2 } as const, count, threads);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(workFolder: string, architecture: UnetArchitecture, windowCount: number, threadCount: number): Promise<void> {
  const card = madeCard(architecture);
  const model = madeValues(architecture, 1);
  const modelDir = join(workFolder, "model");
  await writeModel(modelDir, card, model);
  const windows = sizes.map((size, i) => madePixels(size * size * 3, i + 1));
  const stop: (() => void)[] = [];
  const runners: Runner[] = [];
  const notHere: string[] = [];
  for (const { name, version, why } of await enginesHere()) {
    if (version === null) {
      notHere.push(`${name} is not here: ${why}`);
      continue;
    }
    const predictor = await loadPredictor(modelDir, { engine: { name, threads: threadCount, version } });
    stop.push(() => predictor.dispose());
    runners.push({
      name,
      async run(size) {
        const from = performance.now();
        const side = sizes[size] ?? 0;
        const probability = await predictor.predict(windows[size] ?? new Uint8Array(0), side, side, 1);
        const milliseconds = performance.now() - from;
        return { milliseconds, mean: probability.reduce((sum, p) => sum + p, 0) / probability.length };
      },
    });
  }

  const files = {
    onnx: join(workFolder, "model.onnx"),
    weights: join(workFolder, "weights.bin"),
    windows: join(workFolder, "windows.bin"),
  };
  const bytes = (array: Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  await writeFile(files.onnx, exportOnnx(card, model, "onnx"));
  await writeFile(files.weights, Buffer.concat([bytes(model.weights), bytes(model.statistics)]));
  await writeFile(files.windows, Buffer.concat(windows));
  let offset = 0;
  const placed = sizes.map((size, i) => {
    offset += windows[i]?.length ?? 0;
    return [size, size, offset - (windows[i]?.length ?? 0)];
  });
  const job = join(workFolder, "job.json");
  const network = { base: architecture.baseFilters, depth: architecture.depth, patch: architecture.patchPx };
  const { normalization, temperature } = card;
  await writeFile(job, JSON.stringify({ ...files, ...network, ...normalization, temperature, threads: threadCount, sizes: placed }));
  const requirements = ["tensorflow-cpu==2.21.0", "keras>=3,<4", "onnxruntime", "onnx", "rasterio", ...(options.torch ? ["torch"] : [])];
  const peers = startPeers(options.python ?? (await peerPython(requirements)), job);
  stop.push(peers.stop);
  for (const name of (await peers.nextLine()).split(" ")) {
    runners.push({
      name: `${name} (Python)`,
      async run(size) {
        const [milliseconds = Number.NaN, mean = Number.NaN] = (await peers.ask(`${name} ${size}`)).split(" ").map(Number);
        return { milliseconds, mean };
      },
    });
  }

  for (const [size, side] of sizes.entries()) {
    const times = new Map<string, number[]>(runners.map(({ name }) => [name, []]));
    let [least, most] = [1, 0];
    for (let i = -warmUps; i < windowCount; i++) {
      for (const { name, run } of runners) {
        // WebAssembly takes many times as long; a few windows tell.
        if (name === "wasm" && i >= 5) continue;
        const { milliseconds, mean } = await run(size);
        [least, most] = [Math.min(least, mean), Math.max(most, mean)];
        if (i >= 0) times.get(name)?.push(milliseconds);
      }
    }
    const table = [...times].map(([name, list]) => ({ name, list, median: median(list) }));
    const [best] = [...table].sort((a, b) => a.median - b.median);
    if (!best) continue;
    const rows = table.map(({ name, list, median: middle }) => {
      const paired = pairedRatio(list, best.list.slice(0, list.length));
      const ratio = name === best.name ? "fastest" : `${paired.ratio.toFixed(2)} (${paired.low.toFixed(2)}–${paired.high.toFixed(2)})`;
      const cells = [middle.toFixed(0), Math.min(...list).toFixed(0), ((side * side) / 1e3 / middle).toFixed(2), ratio];
      return `${name.padEnd(28)}${cells.map((cell, i) => cell.padStart(i === 3 ? 22 : 11)).join("")}\n`;
    });
    process.stdout.write(
      `\nWindow of ${side} × ${side} px, U-Net of ${model.weights.length} weights at half resolution, ${threadCount} threads, ${windowCount} windows each, turn by turn; ` +
        `mean probabilities within ${(most - least).toExponential(1)}\n` +
        `${"engine".padEnd(28)}${["median ms", "best ms", "Mpx/s"].map((cell) => cell.padStart(11)).join("")}${"times the fastest (95 %)".padStart(26)}\n${rows.join("")}`,
    );
  }
  process.stdout.write(notHere.map((line) => `${line}\n`).join(""));
  for (const end of stop) end();
}

function startPeers(interpreter: string, job: string) {
  const script = join(projectRoot(), "benchmarks", "engines", "peers.py");
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
    stop: () => void child.stdin.end(),
  };
}
