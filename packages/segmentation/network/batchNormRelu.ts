import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { isTensor } from "../backends/isTensor.ts";
import { trainingOps } from "../backends/trainingOps.ts";
import { activate } from "./biasActivation.ts";
import type { Activation } from "./network.ts";

/** As in Keras' default. */
export const batchNormEpsilon = 1e-3;

/** Statistics of one batch-norm layer over one batch, kept for the moving averages; the caller disposes them. */
export interface BatchStatistics {
  readonly mean: Tensor1D;
  /** Of the batch itself (divided by the count, not by one less), as Keras takes it. */
  readonly variance: Tensor1D;
}

/** Batch normalisation by the batch's own statistics, then ReLU. */
export function batchNormRelu(
  tf: Tf,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  collect: (statistics: BatchStatistics) => void,
): Tensor4D {
  return batchNormActivation(tf, x, gamma, beta, batchNormEpsilon, "relu", collect);
}

/**
 * Batch normalisation by the batch's own statistics, then the activation: x [N, H, W, C] → [N, H, W, C]. Forward and
 * backward are the backend's fused kernels where it has them; elsewhere the same from single operations (Ioffe & Szegedy 2015).
 */
export function batchNormActivation(
  tf: Tf,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  activation: Activation,
  collect: (statistics: BatchStatistics) => void,
): Tensor4D {
  const ops = trainingOps(tf);
  if (!ops) return activate(tf, batchNormPlain(tf, x, gamma, beta, epsilon, collect), activation);
  const fused = tf.customGrad((...args) => {
    const [input, scale, offset, save] = args;
    if (!isTensor(input) || !isTensor(scale) || !isTensor(offset) || typeof save !== "function")
      throw new TypeError("batchNormActivation: three tensors");
    const { y, mean, variance, saved } = ops.batchNorm(input as Tensor4D, scale as Tensor1D, offset as Tensor1D, epsilon, activation);
    save(saved);
    collect({ mean: tf.keep(mean), variance: tf.keep(variance) });
    return { value: y, gradFunc: (dy: Tensor, kept: Tensor[]) => ops.batchNormGrad(dy, kept, epsilon, activation) };
  });
  return fused(x, gamma, beta) as Tensor4D;
}

/** The same by TensorFlow.js' own operations and automatic differentiation. */
export function batchNormReluPlain(
  tf: Tf,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  collect: (statistics: BatchStatistics) => void,
): Tensor4D {
  return tf.relu(batchNormPlain(tf, x, gamma, beta, batchNormEpsilon, collect));
}

function batchNormPlain(
  tf: Tf,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  collect: (statistics: BatchStatistics) => void,
): Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  collect({ mean: tf.keep(mean.clone().as1D()), variance: tf.keep(variance.clone().as1D()) });
  return x
    .sub(mean)
    .mul(gamma.mul(tf.rsqrt(variance.add(epsilon))))
    .add(beta);
}
