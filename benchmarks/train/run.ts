/**
 * One training step beside Keras 3 in graph mode on the same TensorFlow: same network, loss, optimizer, batch, machine; steps taken turn
 * by turn, so that both meet the same noise.
 *
 *   npm run bench:train -- [--pairs 30] [--base 16] [--depth 4] [--patch 1] [--count 4] [--size 256] [--python PATH]
 *
 * Without --python a virtual environment with the peer is made once in the user's cache folder.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { randomFrom } from "@reefline/chips/random";
import { loadBackend } from "@reefline/segmentation/backend";
import { initialValues } from "@reefline/segmentation/initialValues";
import { Trainer } from "@reefline/segmentation/trainer";
import { unet } from "@reefline/segmentation/unet";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "30" },
    base: { type: "string", default: "16" },
    depth: { type: "string", default: "4" },
    patch: { type: "string", default: "1" },
    count: { type: "string", default: "4" },
    size: { type: "string", default: "256" },
    python: { type: "string" },
  },
});
const [pairs, base, depth, count, sizePx] = [values.pairs, values.base, values.depth, values.count, values.size].map(Number);
const patchPx = values.patch === "2" ? 2 : 1;
if (!pairs || !base || !depth || !count || !sizePx) throw new Error("Every option is a whole number above 0.");
const warmUps = 5;

const python = values.python ?? (await peerPython(["tensorflow-cpu==2.21.0", "keras>=3,<4"]));
const keras = startKeras(python, [base, depth, patchPx, count, sizePx]);
const kerasWeights = Number(await keras.nextLine());

const { tf, backend } = await loadBackend();
const architecture = { kind: "unet", baseFilters: base, depth, bandCount: 3, patchPx } as const;
const network = unet(architecture);
if (kerasWeights !== network.weightCount)
  throw new Error(`Not the same network: ${network.weightCount} weights here, ${kerasWeights} in Keras.`);
const random = randomFrom(1);
const moments = () => new Float32Array(network.weightCount);
const trainer = new Trainer(tf, network, { ...initialValues(network, random), m: moments(), v: moments(), step: 0 });
const area = count * sizePx * sizePx;
const batch = {
  count,
  heightPx: sizePx,
  widthPx: sizePx,
  x: Float32Array.from({ length: area * 3 }, () => random.normal()),
  target: Float32Array.from({ length: area }, () => (random.next() < 0.3 ? 1 : 0)),
  valid: new Float32Array(area).fill(1),
};

const ours: number[] = [];
const theirs: number[] = [];
for (let i = -warmUps; i < pairs; i++) {
  const from = performance.now();
  trainer.step(batch, 1e-3);
  const mine = performance.now() - from;
  const [milliseconds] = (await keras.ask()).split(" ");
  if (i < 0) continue;
  ours.push(mine);
  theirs.push(Number(milliseconds));
}
keras.stop();
trainer.dispose();

const { ratio, low, high } = pairedRatio(ours, theirs);
const row = (name: string, times: readonly number[]) =>
  `${name.padEnd(28)}${median(times).toFixed(0).padStart(10)}${Math.min(...times)
    .toFixed(0)
    .padStart(10)}\n`;
process.stdout.write(
  `U-Net, base ${base}, depth ${depth}, patch ${patchPx}, ${network.weightCount} weights, ${count} × ${sizePx}² × 3, ${pairs} interleaved pairs, ${backend.description}\n\n` +
    `${"one training step".padEnd(28)}${"median ms".padStart(10)}${"best ms".padStart(10)}\n` +
    row("Reefline", ours) +
    row("Keras 3, graph mode", theirs) +
    `\nratio ${ratio.toFixed(3)} (95 % interval ${low.toFixed(3)}–${high.toFixed(3)})\n`,
);

function startKeras(interpreter: string, args: readonly number[]) {
  const script = join(projectRoot(), "benchmarks", "train", "keras_step.py");
  const child = spawn(interpreter, [script, ...args.map(String)], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The Keras peer ended early. Try it by hand: ${interpreter} ${script} ${args.join(" ")}`);
    return value;
  };
  return {
    nextLine,
    ask: () => {
      child.stdin.write("step\n");
      return nextLine();
    },
    stop: () => child.stdin.end(),
  };
}
