import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Activation } from "../network/network.ts";
import type { Tf } from "./backend.ts";
import { nativeOps } from "./nativeOps.ts";
import { wasmTrainingOps } from "./wasmTrainingOps.ts";

/** What a training step does besides convolving, in as few passes over memory as the backend can. All NHWC, float32. */
export interface TrainingOps extends NormOps {
  relu(x: Tensor): Tensor;
  reluGrad(dy: Tensor, y: Tensor): Tensor;
  relu6(x: Tensor): Tensor;
  relu6Grad(dy: Tensor, y: Tensor): Tensor;
  biasAdd(x: Tensor, bias: Tensor): Tensor;
  /** The sum over all but channels. */
  biasAddGrad(dy: Tensor): Tensor;
}

/** Batch norm by the batch's own statistics, then the activation. */
export interface NormOps {
  batchNorm(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, epsilon: number, activation: Activation): Normed;
  /** [dx, dgamma, dbeta] */
  batchNormGrad(dy: Tensor, saved: readonly Tensor[], epsilon: number, activation: Activation): Tensor[];
}

export interface Normed {
  readonly y: Tensor;
  readonly mean: Tensor1D;
  /** Divided by the count of pixels, not by one less. */
  readonly variance: Tensor1D;
  /** What the gradient needs. */
  readonly saved: Tensor[];
}

/** TensorFlow's own kernels and ours in it, or ours in WebAssembly; null on a backend that has neither. */
export function trainingOps(tf: Tf): TrainingOps | null {
  return nativeOps(tf) ?? wasmTrainingOps(tf);
}
