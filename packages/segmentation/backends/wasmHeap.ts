import type { TensorInfo } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { trainingKernel } from "./trainingKernel.ts";

/** The functions of trainingKernel.as; addresses and sizes. */
type Kernel = Record<
  | "filterGradient"
  | "turnKernel"
  | "spreadOut"
  | "depthwiseFilterGradient"
  | "depthwiseInputGradient"
  | "columnSums"
  | "moments"
  | "scaleRows"
  | "centredDots"
  | "mixRows"
  | "clamp"
  | "clampGradient"
  | "maxPoolGradient"
  | "upsampleConcat"
  | "upsampleConcatGradient",
  (...numbers: number[]) => void
>;

/** What the WebAssembly backend of TensorFlow.js offers beyond the kernels it registers. */
interface WasmBackend {
  readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory }; readonly HEAPF32: Float32Array };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: "float32"): TensorInfo;
  disposeData(dataId: object): boolean;
}

/** The backend's memory, and our kernels that work in it. */
export interface WasmHeap {
  readonly kernel: Kernel;
  address(tensor: TensorInfo): number;
  /** A tensor of any numbers. */
  make(shape: readonly number[]): TensorInfo;
  zeros(shape: readonly number[]): TensorInfo;
  /** Seen until the next tensor is made. */
  floats(tensor: TensorInfo): Float32Array;
  /** Fills a tensor with the numbers at an address. */
  copy(from: number, to: TensorInfo): void;
  free(...tensors: TensorInfo[]): void;
}

const heaps = new WeakMap<object, WasmHeap>();

/** The heap of the present backend; null where that is not WebAssembly. */
export function wasmHeap(tf: Tf): WasmHeap | null {
  const backend: object = tf.backend();
  if (!isWasm(backend)) return null;
  let heap = heaps.get(backend);
  if (!heap) {
    heap = openHeap(backend);
    heaps.set(backend, heap);
  }
  return heap;
}

function isWasm(backend: object): backend is WasmBackend {
  if (!("wasm" in backend && "dataIdMap" in backend && "makeOutput" in backend)) return false;
  const { wasm } = backend;
  return typeof wasm === "object" && wasm !== null && "asm" in wasm && "HEAPF32" in wasm;
}

function openHeap(backend: WasmBackend): WasmHeap {
  const compiled = new WebAssembly.Module(Buffer.from(trainingKernel, "base64"));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory: backend.wasm.asm.memory } });
  const address = ({ dataId }: TensorInfo): number => backend.dataIdMap.get(dataId).memoryOffset;
  const floats = (tensor: TensorInfo): Float32Array => {
    const at = address(tensor) / 4;
    return backend.wasm.HEAPF32.subarray(at, at + tensor.shape.reduce((product, side) => product * side, 1));
  };
  const make = (shape: readonly number[]): TensorInfo => backend.makeOutput(shape, "float32");
  return {
    // Our own module: trainingKernel.as exports what Kernel names.
    kernel: exports as Kernel,
    address,
    make,
    zeros(shape) {
      const made = make(shape);
      floats(made).fill(0);
      return made;
    },
    floats,
    copy(from, to) {
      floats(to).set(backend.wasm.HEAPF32.subarray(from / 4, from / 4 + floats(to).length));
    },
    free(...tensors) {
      for (const { dataId } of tensors) backend.disposeData(dataId);
    },
  };
}
