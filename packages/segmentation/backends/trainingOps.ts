import type { Tf } from "./backend.ts";
import { type NativeOps, nativeOps } from "./nativeOps.ts";
import { wasmTrainingOps } from "./wasmTrainingOps.ts";

/** What a training step does besides convolving, in one pass over memory each. */
export type TrainingOps = Pick<
  NativeOps,
  "fusedBatchNorm" | "fusedBatchNormGrad" | "relu" | "reluGrad" | "relu6" | "relu6Grad" | "biasAdd" | "biasAddGrad"
>;

/** TensorFlow's own kernels, or ours in WebAssembly; null on a backend that has neither. */
export function trainingOps(tf: Tf): TrainingOps | null {
  return nativeOps(tf) ?? wasmTrainingOps(tf);
}
