import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, sep } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Backend } from "@reefline/schema/training";
import type { EngineChoice } from "../engines/engineChoice.ts";
import { enableNativeTraining } from "./nativeTraining.ts";
import { enableWasmTraining } from "./wasmTraining.ts";
import { startWebGpu } from "./webGpu.ts";

/** The whole of TensorFlow.js, whichever package it came from. */
export type Tf = typeof import("@tensorflow/tfjs");

export interface LoadedBackend {
  readonly tf: Tf;
  readonly backend: Backend;
  /** Why the better backends were not taken, one sentence each; empty on a GPU. */
  readonly passedOver: readonly string[];
}

/** What models are to run on: "auto" takes the best that is here (WebGPU only when asked for), every other only itself. */
const backendWishes = ["auto", "native-gpu", "native-cpu", "webgpu", "wasm"] as const;
export type BackendWish = (typeof backendWishes)[number];

interface NativeBinding {
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;
}

// TensorFlow.js is never bundled: its native part must be found beside its own package.json.
const require = createRequire(import.meta.url);

let usualWish: BackendWish = "auto";
let webGpuBinding: string | null = null;

/**
 * What `loadBackend` takes from now on in this process when it is not told.
 * @param wish as a person wrote it; empty for "auto"
 * @param bindingPath where the binding for WebGPU lies; absent where it was not fetched
 * @throws AppError "segmentation/backend-name" for one that is not known
 */
export function preferBackend(wish: string | undefined, bindingPath?: string): void {
  const known = backendWishes.find((one) => one === (wish || "auto"));
  if (!known) {
    throw new AppError(
      "bad-input",
      "segmentation/backend-name",
      `There is no backend "${wish}": choose one of ${backendWishes.join(", ")}.`,
    );
  }
  usualWish = known;
  webGpuBinding = bindingPath || null;
}

let loading: { wish: BackendWish; promise: Promise<LoadedBackend> } | null = null;

/**
 * Chooses what TensorFlow runs on, once per process: native (GPU, then CPU), else WebAssembly.
 * @throws AppError "segmentation/no-backend" when what is wished for, or with "auto" not even WebAssembly, does not start
 */
export function loadBackend(wish: BackendWish = usualWish): Promise<LoadedBackend> {
  if (loading?.wish !== wish) loading = { wish, promise: choose(wish) };
  return loading.promise;
}

/** `loadBackend` for predictions. They do not run on WebGPU: onnxruntime and native TensorFlow are fast and answer the same everywhere. */
export function loadPredictionBackend(): Promise<LoadedBackend> {
  return loadBackend(usualWish === "webgpu" ? "auto" : usualWish);
}

async function choose(wish: BackendWish): Promise<LoadedBackend> {
  const passedOver: string[] = [];
  if (wish === "webgpu") {
    try {
      if (!webGpuBinding) throw new Error("its binding has not been fetched yet; starting or training with --backend webgpu fetches it");
      const { tf, description } = await startWebGpu(webGpuBinding);
      return { tf, backend: { kind: "webgpu", description }, passedOver };
    } catch (error) {
      passedOver.push(`WebGPU: ${sentence(error)}`);
    }
  } else if (wish !== "wasm") {
    const native = await startNative();
    if ("tf" in native && (wish !== "native-gpu" || native.backend.kind === "native-gpu")) return native;
    passedOver.push(...("problem" in native ? [native.problem] : native.passedOver));
  }
  try {
    if (wish === "auto" || wish === "wasm") return await startWasm(passedOver);
  } catch (error) {
    passedOver.push(`WebAssembly: ${sentence(error)}`);
  }
  const what =
    wish === "auto" ? "No way to run a model was found on this computer." : `Models are to run on ${wish}, which is not to be had here.`;
  throw new AppError(
    "unavailable",
    "segmentation/no-backend",
    `${what} ${passedOver.join(" ")} Run "npx reefline doctor" to see what is missing.`,
  );
}

async function startNative(): Promise<LoadedBackend | { problem: string }> {
  try {
    const tf: Tf = require("@tensorflow/tfjs-node-gpu");
    if (!(await tf.setBackend("tensorflow"))) return { problem: "Native TensorFlow is installed but did not start." };
    await tf.ready();
    const binding = bindingOf(tf.backend());
    if (!binding) return { problem: "Native TensorFlow is installed but its binding is not the one expected." };
    enableNativeTraining(tf);
    const gpu = binding.isUsingGpuDevice();
    const threads = availableParallelism();
    const description = `TensorFlow ${binding.TF_Version} on ${gpu ? "the graphics card" : `${threads} processor ${threads === 1 ? "thread" : "threads"}`}`;
    const passedOver = gpu ? [] : ["Graphics card: none that this TensorFlow can use."];
    return { tf, backend: { kind: gpu ? "native-gpu" : "native-cpu", description }, passedOver };
  } catch (error) {
    return { problem: `Native TensorFlow: ${sentence(error)}` };
  }
}

async function startWasm(passedOver: readonly string[]): Promise<LoadedBackend> {
  const tf: Tf = require("@tensorflow/tfjs");
  const wasm: typeof import("@tensorflow/tfjs-backend-wasm") = require("@tensorflow/tfjs-backend-wasm");
  const folder = join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist") + sep;
  wasm.setWasmPaths(folder);
  if (!(await tf.setBackend("wasm"))) throw new Error("the backend did not start");
  await tf.ready();
  enableWasmTraining(tf);
  return { tf, backend: { kind: "wasm", description: "WebAssembly on one processor thread" }, passedOver };
}

/** What TensorFlow.js runs on at present, as a prediction engine. */
export function tensorflowEngine(tf: Tf): EngineChoice {
  const binding = bindingOf(tf.backend());
  if (!binding) return { name: "wasm", threads: 1, version: tf.version_core };
  const version = binding.isUsingGpuDevice() ? `${binding.TF_Version}, graphics card` : binding.TF_Version;
  return { name: "native", threads: availableParallelism(), version };
}

function bindingOf(backend: unknown): NativeBinding | null {
  if (typeof backend !== "object" || backend === null || !("binding" in backend)) return null;
  const { binding } = backend;
  const isBinding = (value: unknown): value is NativeBinding =>
    typeof value === "object" && value !== null && "isUsingGpuDevice" in value && "TF_Version" in value;
  return isBinding(binding) ? binding : null;
}

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const first = text.split("\n")[0]?.trim() ?? "";
  return first.endsWith(".") ? first : `${first}.`;
}
