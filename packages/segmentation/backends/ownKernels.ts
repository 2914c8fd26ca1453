import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Activation } from "../network/network.ts";
import type { Tf } from "./backend.ts";
import { isNative, type NativeBackend, type OpAttribute } from "./nativeBackend.ts";
import type { NormOps } from "./trainingOps.ts";
import type { WayUp } from "./wayUp.ts";

/**
 * Kernels of ours that the set-up compiles into TensorFlow's binding (setup/tensorflow/kernels), for the processor: what a training step
 * spends its time on besides the plain convolutions. NHWC, float32; what does not fit is refused by TensorFlow with a sentence.
 */
export interface OwnKernels extends NormOps, WayUp {
  /** x [N, H, W, C], kernel [K, K, C, 1] with K 3 or 5 → [N, ⌈H / stride⌉, ⌈W / stride⌉, C], "same" padding. */
  depthwise(x: Tensor4D, kernel: Tensor4D, stride: number): Tensor;
  depthwiseInputGrad(kernel: Tensor4D, dy: Tensor4D, stride: number, heightPx: number, widthPx: number): Tensor;
  depthwiseFilterGrad(x: Tensor4D, dy: Tensor4D, stride: number, kernelPx: number): Tensor;
  /** Of the 2 × 2 pool: x [N, H, W, C], dy [N, ⌊H / 2⌋, ⌊W / 2⌋, C] → dx. */
  maxPoolGrad(x: Tensor4D, dy: Tensor4D): Tensor;
  /** A flat vector as tensors of these shapes, one after the other. */
  unpack(flat: Tensor, shapes: readonly (readonly number[])[]): Tensor[];
  /** The other way round. */
  pack(pieces: readonly Tensor[]): Tensor;
  /** All flat and equally long; `rate` holds one number, `factors` of the rate one per weight or none. Returns weights, m, v. */
  adam(values: AdamInput, beta1: number, beta2: number, epsilon: number): Tensor1D[];
}

export interface AdamInput {
  readonly weights: Tensor1D;
  readonly m: Tensor1D;
  readonly v: Tensor1D;
  readonly gradient: Tensor1D;
  readonly rate: Tensor1D;
  readonly factors: Tensor1D;
}

const activationCodes: Record<Activation, number> = { none: 0, relu: 1, relu6: 2 };
const cache = new WeakMap<object, OwnKernels | "none">();

/** Our kernels on native TensorFlow for the processor; null on cards, on other backends, and in a binding built without them. */
export function ownKernels(tf: Tf): OwnKernels | null {
  const backend: object = tf.backend();
  if (!isNative(backend)) return null;
  let kernels = cache.get(backend);
  if (!kernels) {
    const made = makeKernels(backend);
    kernels = !backend.binding.isUsingGpuDevice() && areThere(tf, made) ? made : "none";
    cache.set(backend, kernels);
  }
  return kernels === "none" ? null : kernels;
}

/** Asks for one step of one weight: 1 − 0.5 · 0.1 / (√0.001 + 0). */
function areThere(tf: Tf, kernels: OwnKernels): boolean {
  return tf.tidy(() => {
    const one = tf.tensor1d([1]);
    const zero = tf.tensor1d([0]);
    try {
      const input = { weights: one, m: zero, v: zero, gradient: one, rate: tf.tensor1d([0.5]), factors: tf.tensor1d([]) };
      const [weight] = kernels.adam(input, 0.9, 0.999, 0);
      return Math.abs((weight?.dataSync()[0] ?? 0) - (1 - 0.05 / Math.sqrt(1e-3))) < 1e-4;
    } catch {
      return false;
    }
  });
}

function makeKernels(backend: NativeBackend): OwnKernels {
  const { binding } = backend;
  const whole = (name: string, value: number): OpAttribute => ({ name, type: binding.TF_ATTR_INT, value });
  const real = (name: string, value: number): OpAttribute => ({ name, type: binding.TF_ATTR_FLOAT, value });
  const norm = (epsilon: number, activation: Activation) => [real("epsilon", epsilon), whole("activation", activationCodes[activation])];
  return {
    batchNorm(x, gamma, beta, epsilon, activation) {
      const [y, mean, variance] = backend.executeMultipleOutputs("ReeflineBatchNorm", norm(epsilon, activation), [x, gamma, beta], 3);
      if (!y || !mean || !variance) throw new TypeError("batchNorm: too few results");
      return { y, mean: mean as Tensor1D, variance: variance as Tensor1D, saved: [x, gamma, beta, mean, variance] };
    },
    batchNormGrad: (dy, saved, epsilon, activation) =>
      backend.executeMultipleOutputs("ReeflineBatchNormGrad", norm(epsilon, activation), [dy, ...saved], 3),
    depthwise: (x, kernel, stride) => backend.executeSingleOutput("ReeflineDepthwise", [whole("stride", stride)], [x, kernel]),
    depthwiseInputGrad: (kernel, dy, stride, heightPx, widthPx) =>
      backend.executeSingleOutput(
        "ReeflineDepthwiseInputGrad",
        [whole("stride", stride), whole("height", heightPx), whole("width", widthPx)],
        [kernel, dy],
      ),
    depthwiseFilterGrad: (x, dy, stride, kernelPx) =>
      backend.executeSingleOutput("ReeflineDepthwiseFilterGrad", [whole("stride", stride), whole("kernel", kernelPx)], [x, dy]),
    maxPoolGrad: (x, dy) => backend.executeSingleOutput("ReeflineMaxPoolGrad", [], [x, dy]),
    upsampleConcat: (low, skip) => backend.executeSingleOutput("ReeflineUpsampleConcat", [], [low, skip]),
    upsampleConcatGrad: (dy, lowChannels) =>
      backend.executeMultipleOutputs("ReeflineUpsampleConcatGrad", [whole("low", lowChannels)], [dy], 2),
    unpack: (flat, shapes) =>
      backend.executeMultipleOutputs(
        "ReeflineUnpack",
        [whole("N", shapes.length), { ...whole("shapes", 0), value: shapes.flatMap((shape) => [shape.length, ...shape]) }],
        [flat],
        shapes.length,
      ),
    pack: (pieces) => backend.executeSingleOutput("ReeflinePack", [whole("N", pieces.length)], pieces),
    adam: ({ weights, m, v, gradient, rate, factors }, beta1, beta2, epsilon) =>
      backend.executeMultipleOutputs(
        "ReeflineAdam",
        [real("beta1", beta1), real("beta2", beta2), real("epsilon", epsilon)],
        [weights, m, v, gradient, rate, factors],
        3,
      ) as Tensor1D[],
  };
}
