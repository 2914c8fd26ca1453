/**
 * One training step on native TensorFlow and on WebAssembly, beside Keras 3 in graph mode on the same TensorFlow and, where a Python with
 * torch is named, PyTorch channels last: same network, loss, optimizer, batch, machine; steps taken turn by turn, so that all meet the
 * same noise. Goals: ≤ 1.05 × the better peer (upper end of the interval), WebAssembly ≤ 6 × native.
 *
 *   npm run bench:train -- [--pairs 30] [--base 16] [--depth 4] [--patch 1] [--count 4] [--size 256] [--python PATH] [--torch PATH]
 *
 * Without --python a virtual environment with Keras is made once in the user's cache folder; --torch names a Python that has PyTorch.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { randomFrom } from "@reefline/chips/random";
import { type LoadedBackend, loadBackend } from "@reefline/segmentation/backends/backend";
import { initialValues } from "@reefline/segmentation/network/initialValues";
import { unet } from "@reefline/segmentation/network/unet";
import { Trainer } from "@reefline/segmentation/training/trainer";
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
    torch: { type: "string" },
  },
});
const [pairs, base, depth, count, sizePx] = [values.pairs, values.base, values.depth, values.count, values.size].map(Number);
const patchPx = values.patch === "2" ? 2 : 1;
if (!pairs || !base || !depth || !count || !sizePx) throw new Error("Every option is a whole number above 0.");
const warmUps = 5;

const python = values.python ?? (await peerPython(["tensorflow-cpu==2.21.0", "keras>=3,<4"]));
const sizes = [base, depth, patchPx, count, sizePx];
const peers = [
  { name: "Keras 3, graph mode", process: startPeer(python, "keras_step.py", sizes), times: [] as number[] },
  ...(values.torch
    ? [{ name: "PyTorch, channels last", process: startPeer(values.torch, "torch_step.py", sizes), times: [] as number[] }]
    : []),
];

const architecture = { kind: "unet", baseFilters: base, depth, bandCount: 3, patchPx } as const;
const network = unet(architecture);
for (const peer of peers) {
  const weights = Number(await peer.process.nextLine());
  if (weights !== network.weightCount)
    throw new Error(`Not the same network: ${network.weightCount} weights here, ${weights} in ${peer.name}.`);
}
const random = randomFrom(1);
const start = {
  ...initialValues(network, random),
  m: new Float32Array(network.weightCount),
  v: new Float32Array(network.weightCount),
  step: 0,
};
const area = count * sizePx * sizePx;
const batch = {
  count,
  heightPx: sizePx,
  widthPx: sizePx,
  x: Float32Array.from({ length: area * 3 }, () => random.normal()),
  target: Float32Array.from({ length: area }, () => (random.next() < 0.3 ? 1 : 0)),
  valid: new Float32Array(area).fill(1),
};

/** Both backends in one process: the packages share TensorFlow.js' core, which knows each by its name. */
async function trainOn({ tf, backend }: LoadedBackend) {
  const name = tf.getBackend();
  const trainer = new Trainer(tf, network, start);
  const times: number[] = [];
  return {
    name: `Reefline, ${backend.description}`,
    times,
    async step(): Promise<number> {
      await tf.setBackend(name);
      const from = performance.now();
      await trainer.step(batch, 1e-3);
      return performance.now() - from;
    },
  };
}
const wasm = await trainOn(await loadBackend("wasm"));
const native = await trainOn(await loadBackend("native-cpu"));

const contenders = [
  ...[native, wasm].map(({ times, step }) => ({ times, step })),
  ...peers.map(({ times, process: peer }) => ({ times, step: async () => Number((await peer.ask()).split(" ")[0]) })),
];
for (let i = -warmUps; i < pairs; i++) {
  // Each turn begins with another one, and threads of the one before get the time to fall asleep: nobody always follows the same.
  for (let k = 0; k < contenders.length; k++) {
    const contender = contenders[(k + i + warmUps) % contenders.length];
    await setTimeout(50);
    const milliseconds = await contender?.step();
    if (i >= 0 && milliseconds !== undefined) contender?.times.push(milliseconds);
  }
}
for (const peer of peers) peer.process.stop();

const line = ({ name, times }: { name: string; times: readonly number[] }) => {
  const { ratio, low, high } = pairedRatio(times, native.times);
  const beside = times === native.times ? "" : `${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
  return `${name.padEnd(56)}${median(times).toFixed(0).padStart(10)}${Math.min(...times)
    .toFixed(0)
    .padStart(10)}   ${beside}\n`;
};
process.stdout.write(
  `U-Net, base ${base}, depth ${depth}, patch ${patchPx}, ${network.weightCount} weights, ${count} × ${sizePx}² × 3, ${pairs} interleaved turns\n\n` +
    `${"one training step".padEnd(56)}${"median ms".padStart(10)}${"best ms".padStart(10)}   of native's time (95 % interval)\n` +
    [native, wasm, ...peers].map(line).join(""),
);
const better = peers.reduce((a, b) => (median(b.times) < median(a.times) ? b : a));
const { ratio, low, high } = pairedRatio(native.times, better.times);
process.stdout.write(
  `\nnative beside ${better.name}: ${ratio.toFixed(3)} (95 % interval ${low.toFixed(3)}–${high.toFixed(3)}) ≤ 1.05: ${high <= 1.05 ? "yes" : "NO"}\n`,
);
process.exit();

function startPeer(interpreter: string, file: string, args: readonly number[]) {
  const script = join(projectRoot(), "benchmarks", "train", file);
  const child = spawn(interpreter, [script, ...args.map(String)], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The peer ended early. Try it by hand: ${interpreter} ${script} ${args.join(" ")}`);
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
