import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, sep } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Backend } from "@reefline/schema/training";
import type { EngineChoice } from "./engineChoice.ts";

/** The whole of TensorFlow.js, whichever package it came from. */
export type Tf = typeof import("@tensorflow/tfjs");

export interface LoadedBackend {
  readonly tf: Tf;
  readonly backend: Backend;
  /** Why the better backends were not taken, one sentence each; empty on a GPU. */
  readonly passedOver: readonly string[];
}

export interface BackendWish {
  /** "wasm" leaves native TensorFlow alone, e.g. to compare the two. */
  readonly prefer?: "best" | "wasm";
}

interface NativeBinding {
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;
}

// TensorFlow.js is never bundled: its native part must be found beside its own package.json.
const require = createRequire(import.meta.url);

let usualWish: NonNullable<BackendWish["prefer"]> = "best";

/** What `loadBackend` takes from now on in this process when it is not told. */
export function preferBackend(prefer: NonNullable<BackendWish["prefer"]>): void {
  usualWish = prefer;
}

let loading: { wish: BackendWish["prefer"]; promise: Promise<LoadedBackend> } | null = null;

/**
 * Chooses what TensorFlow runs on, once per process: native (GPU, then CPU), else WebAssembly, which predicts but does not train.
 * @throws AppError "segmentation/no-backend" when not even WebAssembly starts
 */
export function loadBackend({ prefer = usualWish }: BackendWish = {}): Promise<LoadedBackend> {
  if (loading?.wish !== prefer) loading = { wish: prefer, promise: choose(prefer) };
  return loading.promise;
}

async function choose(prefer: "best" | "wasm"): Promise<LoadedBackend> {
  const passedOver: string[] = [];
  if (prefer === "best") {
    const native = await startNative();
    if ("tf" in native) return native;
    passedOver.push(native.problem);
  }
  try {
    return await startWasm(passedOver);
  } catch (error) {
    passedOver.push(`WebAssembly: ${sentence(error)}`);
    throw new AppError(
      "unavailable",
      "segmentation/no-backend",
      `No way to run a model was found on this computer. ${passedOver.join(" ")} Run "npx reefline doctor" to see what is missing.`,
    );
  }
}

async function startNative(): Promise<LoadedBackend | { problem: string }> {
  try {
    const tf: Tf = require("@tensorflow/tfjs-node-gpu");
    if (!(await tf.setBackend("tensorflow"))) return { problem: "Native TensorFlow is installed but did not start." };
    await tf.ready();
    const binding = bindingOf(tf.backend());
    if (!binding) return { problem: "Native TensorFlow is installed but its binding is not the one expected." };
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
  return { tf, backend: { kind: "wasm", description: "WebAssembly (predicts, does not train)" }, passedOver };
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
