import { createRequire } from "node:module";
import { AppError } from "@reefline/schema/errors";
import type { Tf } from "./backend.ts";

const require = createRequire(import.meta.url);

/** What Dawn's binding for Node exports. */
interface Binding {
  create(flags: readonly string[]): object;
  readonly globals: Readonly<Record<string, unknown>>;
}

interface Adapter {
  readonly info: { readonly vendor: string; readonly description: string; readonly isFallbackAdapter?: boolean };
}

let running: { readonly tf: Tf; readonly description: string } | null = null;

/**
 * TensorFlow.js on WebGPU, outside a browser by Dawn's binding for Node (npm `webgpu`). Answers can be read asynchronously only. A process
 * in which it runs ends by `process.exit` or after `endWebGpu`.
 * @param bindingPath the binding's file for this platform
 * @throws AppError "segmentation/no-webgpu" when there is no adapter, and what loading the binding throws
 */
export async function startWebGpu(bindingPath: string): Promise<{ tf: Tf; description: string }> {
  if (!running) {
    const binding: unknown = require(bindingPath);
    if (!isBinding(binding)) throw new AppError("unavailable", "segmentation/no-webgpu", "The binding for WebGPU is not the one expected.");
    const gpu = binding.create([]);
    const adapter = "requestAdapter" in gpu && typeof gpu.requestAdapter === "function" ? await gpu.requestAdapter() : null;
    if (!isAdapter(adapter)) {
      throw new AppError(
        "unavailable",
        "segmentation/no-webgpu",
        "WebGPU finds no graphics card it can use (it needs Vulkan, Metal or Direct3D 12).",
      );
    }
    // TensorFlow.js looks for both where a browser has them.
    Object.assign(globalThis, binding.globals);
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true, writable: true });
    const { vendor, description, isFallbackAdapter } = adapter.info;
    const tf: Tf = require("@tensorflow/tfjs");
    require("@tensorflow/tfjs-backend-webgpu");
    running = { tf, description: `WebGPU on ${description || vendor}${isFallbackAdapter ? ", which is software and slow" : ""}` };
  }
  if (!(await running.tf.setBackend("webgpu"))) {
    throw new AppError("unavailable", "segmentation/no-webgpu", "WebGPU did not start on this computer's graphics card.");
  }
  await running.tf.ready();
  return running;
}

/** Lets the process end by itself. Nothing can be computed on WebGPU afterwards. */
export function endWebGpu(): void {
  const backend: unknown = running?.tf.findBackend("webgpu");
  if (typeof backend !== "object" || backend === null || !("device" in backend)) return;
  const { device } = backend;
  if (typeof device === "object" && device !== null && "destroy" in device && typeof device.destroy === "function") device.destroy();
}

function isBinding(value: unknown): value is Binding {
  return typeof value === "object" && value !== null && "create" in value && typeof value.create === "function" && "globals" in value;
}

function isAdapter(value: unknown): value is Adapter {
  return typeof value === "object" && value !== null && "info" in value && typeof value.info === "object" && value.info !== null;
}
