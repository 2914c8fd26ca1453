import type { Tensor, TensorInfo } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { type NormSteps, normInSteps } from "./normInSteps.ts";
import type { TrainingOps } from "./trainingOps.ts";
import { type WasmHeap, wasmHeap } from "./wasmHeap.ts";

const cache = new WeakMap<WasmHeap, TrainingOps>();

/** Batch norm, bias and activation with their gradients by our kernels (trainingKernel.as); null on another backend. */
export function wasmTrainingOps(tf: Tf): TrainingOps | null {
  const heap = wasmHeap(tf);
  if (!heap) return null;
  let ops = cache.get(heap);
  if (!ops) {
    ops = makeOps(tf, heap);
    cache.set(heap, ops);
  }
  return ops;
}

/** Pixels and channels of an NHWC tensor. */
function sides({ shape }: TensorInfo): [rows: number, channels: number] {
  const channels = shape.at(-1) ?? 1;
  return [shape.reduce((product, side) => product * side, 1) / channels, channels];
}

function makeOps(tf: Tf, heap: WasmHeap): TrainingOps {
  const { kernel, address, make, floats } = heap;
  /** Hands what a kernel made over to TensorFlow.js, which frees it with its scope. */
  const tensor = (made: TensorInfo): Tensor => tf.engine().makeTensorFromTensorInfo(made);
  const perChannel = (channels: number, value: (channel: number) => number): TensorInfo => {
    const made = make([channels]);
    const into = floats(made);
    for (let channel = 0; channel < channels; channel++) into[channel] = value(channel);
    return made;
  };
  const at = (values: Float32Array, index: number): number => values[index] ?? Number.NaN;
  const clamp = (x: Tensor, ceiling: number): Tensor => {
    const y = make(x.shape);
    kernel.clamp(address(x), address(y), x.size, ceiling);
    return tensor(y);
  };
  const clampGradient = (dy: Tensor, y: Tensor, ceiling: number): Tensor => {
    const dx = make(y.shape);
    kernel.clampGradient(address(dy), address(y), address(dx), y.size, ceiling);
    return tensor(dx);
  };
  const steps: NormSteps = {
    fusedBatchNorm(x, gamma, beta, epsilon) {
      const [rows, channels] = sides(x);
      const [mean, biased] = [make([channels]), make([channels])];
      kernel.moments(address(x), address(mean), address(biased), rows, channels);
      const copy = (info: TensorInfo): Float32Array => floats(info).slice();
      const [means, variances, scales, offsets] = [copy(mean), copy(biased), copy(gamma), copy(beta)];
      const inverse = perChannel(channels, (channel) => 1 / Math.sqrt(at(variances, channel) + epsilon));
      const inverses = copy(inverse);
      const scale = perChannel(channels, (channel) => at(scales, channel) * at(inverses, channel));
      const offset = perChannel(
        channels,
        (channel) => at(offsets, channel) - at(means, channel) * at(scales, channel) * at(inverses, channel),
      );
      const variance = perChannel(channels, (channel) => (at(variances, channel) * rows) / Math.max(1, rows - 1));
      const y = make(x.shape);
      kernel.scaleRows(address(x), address(scale), address(offset), address(y), rows, channels);
      const kept = perChannel(channels, (channel) => at(means, channel));
      heap.free(scale, offset, biased);
      return [y, mean, variance, kept, inverse].map(tensor);
    },
    fusedBatchNormGrad(dy, x, gamma, [mean, inverse]) {
      if (!mean || !inverse) throw new TypeError("fusedBatchNormGrad: nothing was reserved");
      const [rows, channels] = sides(x);
      const [dBeta, dots] = [make([channels]), make([channels])];
      kernel.columnSums(address(dy), address(dBeta), rows, channels);
      kernel.centredDots(address(dy), address(x), address(mean), address(dots), rows, channels);
      const copy = (info: TensorInfo): Float32Array => floats(info).slice();
      const [sums, products, means, inverses, scales] = [copy(dBeta), copy(dots), copy(mean), copy(inverse), copy(gamma)];
      const dGamma = perChannel(channels, (channel) => at(products, channel) * at(inverses, channel));
      const a = (channel: number) => at(scales, channel) * at(inverses, channel);
      const b = (channel: number) => (-a(channel) * at(inverses, channel) ** 2 * at(products, channel)) / rows;
      const [byDy, byX] = [perChannel(channels, a), perChannel(channels, b)];
      const offset = perChannel(channels, (channel) => (-a(channel) * at(sums, channel)) / rows - b(channel) * at(means, channel));
      const dx = make(x.shape);
      kernel.mixRows(address(dy), address(x), address(byDy), address(byX), address(offset), address(dx), rows, channels);
      heap.free(dots, byDy, byX, offset);
      return [dx, dGamma, dBeta].map(tensor);
    },
    relu: (x) => clamp(x, Number.POSITIVE_INFINITY),
    reluGrad: (dy, y) => clampGradient(dy, y, Number.POSITIVE_INFINITY),
    relu6: (x) => clamp(x, 6),
    relu6Grad: (dy, y) => clampGradient(dy, y, 6),
  };
  return {
    ...steps,
    ...normInSteps(steps),
    biasAdd(x, bias) {
      const [rows, channels] = sides(x);
      const ones = perChannel(channels, () => 1);
      const y = make(x.shape);
      kernel.scaleRows(address(x), address(ones), address(bias), address(y), rows, channels);
      heap.free(ones);
      return tensor(y);
    },
    biasAddGrad(dy) {
      const [rows, channels] = sides(dy);
      const sum = make([channels]);
      kernel.columnSums(address(dy), address(sum), rows, channels);
      return tensor(sum);
    },
  };
}
