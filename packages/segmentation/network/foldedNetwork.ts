import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { nativeOps } from "../backends/nativeOps.ts";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { convolve } from "../training/trainingForward.ts";
import { activate } from "./biasActivation.ts";
import { type Convolution, interpret, kernelShape, type Network } from "./network.ts";
import { tensorOperations } from "./networkTensors.ts";

/** A convolution with its batch norm multiplied in. */
export interface FoldedConvolution {
  readonly shape: readonly [number, number, number, number];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** What a model's logits are divided by: that of reef, and the scores of its classes. */
export type Temperatures = Pick<ModelCard, "temperature" | "classTemperature">;

export const noTemperatures: Temperatures = { temperature: 1, classTemperature: 1 };

/**
 * y = γ (w∗x − μ) / √(σ² + ε) + β  is  (γ/√(σ² + ε) · w) ∗ x + (β − γ μ / √(σ² + ε)).
 * The last convolution, the head, is divided by the temperatures.
 */
export function foldNetwork(
  network: Network,
  { weights, statistics }: ModelValues,
  { temperature, classTemperature }: Temperatures,
): FoldedConvolution[] {
  const half = network.statisticsCount / 2;
  let weightAt = 0;
  let normAt = 0;
  const take = (length: number): Float32Array => {
    weightAt += length;
    return weights.slice(weightAt - length, weightAt);
  };
  const convolutions = network.operations.filter((operation): operation is Convolution => operation.op === "convolution");
  return convolutions.map((operation, index) => {
    const { outChannels, norm, epsilon } = operation;
    const shape = kernelShape(operation);
    const kernel = operation.isBare ? new Float32Array(outChannels).fill(1) : take(shape[0] * shape[1] * shape[2] * shape[3]);
    const isHead = index === convolutions.length - 1;
    const divisor = (i: number): number => {
      if (!isHead) return 1;
      return (i % outChannels) % network.channelCount === 0 ? temperature : classTemperature;
    };
    if (norm === "bias") {
      return { shape, kernel: kernel.map((value, i) => value / divisor(i)), bias: take(outChannels).map((value, o) => value / divisor(o)) };
    }
    const gamma = take(outChannels);
    const beta = take(outChannels);
    const mean = statistics.subarray(normAt, normAt + outChannels);
    const variance = statistics.subarray(half + normAt, half + normAt + outChannels);
    normAt += outChannels;
    const scale = gamma.map((value, o) => value / Math.sqrt((variance[o] ?? 1) + epsilon));
    return {
      shape,
      kernel: kernel.map((value, i) => (value * (scale[i % outChannels] ?? 0)) / divisor(i)),
      bias: beta.map((value, o) => (value - (mean[o] ?? 0) * (scale[o] ?? 0)) / divisor(o)),
    };
  });
}

/** The network as it predicts: batch norm by the moving statistics, folded into the kernels before it. */
export interface FoldedNetwork {
  /** x [N, H, W, bands] → logits [N, H, W, channels]. Disposes nothing but what it made. */
  logits(x: Tensor4D): Tensor4D;
  dispose(): void;
}

export function makeFoldedNetwork(tf: Tf, network: Network, values: ModelValues, temperatures: Temperatures): FoldedNetwork {
  const layers = foldNetwork(network, values, temperatures).map(({ shape, kernel, bias }) => ({
    kernel: tf.tensor4d(kernel, [...shape]),
    bias: tf.tensor1d(bias),
  }));
  const native = nativeOps(tf);
  const operations = tensorOperations(tf);
  const apply = (operation: Convolution, x: Tensor4D, index: number): Tensor4D => {
    const layer = layers[index];
    if (!layer) throw new AppError("internal", "segmentation/weights", `Convolution ${index} of the network is missing.`);
    const { stride, depthwise, activation } = operation;
    if (native && stride === 1 && !depthwise && activation === "relu") return native.convolveBiasRelu(x, layer.kernel, layer.bias);
    return tf.tidy(() => {
      const y = convolve(tf, operation, x, layer.kernel);
      if (!native) return activate(tf, y.add(layer.bias), activation);
      const sum = native.biasAdd(y, layer.bias);
      return (activation === "none" ? sum : activation === "relu" ? native.relu(sum) : native.relu6(sum)) as Tensor4D;
    });
  };
  return {
    // Each value goes as soon as nothing needs it: all of them together are several times what a window takes.
    logits: (x) => tf.tidy(() => interpret<Tensor4D>(network, x, { ...operations, convolution: apply }, (value) => value.dispose())),
    dispose: () => {
      const tensors: (Tensor4D | Tensor1D)[] = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
      tf.dispose(tensors);
    },
  };
}
