import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { ownKernels } from "./ownKernels.ts";
import { type WasmHeap, wasmHeap } from "./wasmHeap.ts";

/** A step of the way up of a U-Net, in one pass over memory. */
export interface WayUp {
  /** low [N, h, w, A], skip [N, 2h, 2w, B] → [N, 2h, 2w, A + B], low by nearest neighbour. */
  upsampleConcat(low: Tensor4D, skip: Tensor4D): Tensor;
  /** [dlow, dskip], of which the first has so many channels. */
  upsampleConcatGrad(dy: Tensor4D, lowChannels: number): Tensor[];
}

const cache = new WeakMap<WasmHeap, WayUp>();

/** Kernels of ours, in native TensorFlow or in WebAssembly; null on a backend that has neither. */
export function wayUp(tf: Tf): WayUp | null {
  const heap = wasmHeap(tf);
  if (!heap) return ownKernels(tf);
  let way = cache.get(heap);
  if (!way) {
    way = onWasm(tf, heap);
    cache.set(heap, way);
  }
  return way;
}

function onWasm(tf: Tf, { kernel, address, make }: WasmHeap): WayUp {
  return {
    upsampleConcat(low, skip) {
      const [count, height, width, channels] = low.shape;
      const behind = skip.shape[3];
      const y = make([count, 2 * height, 2 * width, channels + behind]);
      kernel.upsampleConcat(...[low, skip, y].map(address), count, height, width, channels, behind);
      return tf.engine().makeTensorFromTensorInfo(y);
    },
    upsampleConcatGrad(dy, lowChannels) {
      const [count, height, width, channels] = dy.shape;
      const behind = channels - lowChannels;
      const [dLow, dSkip] = [make([count, height / 2, width / 2, lowChannels]), make([count, height, width, behind])];
      kernel.upsampleConcatGradient(...[dy, dLow, dSkip].map(address), count, height / 2, width / 2, lowChannels, behind);
      return [dLow, dSkip].map((made) => tf.engine().makeTensorFromTensorInfo(made));
    },
  };
}
