import type { Tensor } from "@tensorflow/tfjs";
import type { NormOps, TrainingOps } from "./trainingOps.ts";

/** Batch norm as TensorFlow's kernels take it apart. */
export interface NormSteps extends Pick<TrainingOps, "relu" | "reluGrad" | "relu6" | "relu6Grad"> {
  /** [y, batch mean, batch variance, what the gradient needs]; variance is the unbiased one. */
  fusedBatchNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor[];
  /** [dx, dgamma, dbeta] */
  fusedBatchNormGrad(dy: Tensor, x: Tensor, gamma: Tensor, reserved: readonly Tensor[], epsilon: number): Tensor[];
}

/** Batch norm and activation one after the other, where no kernel does both. */
export function normInSteps(steps: NormSteps): NormOps {
  return {
    batchNorm(x, gamma, beta, epsilon, activation) {
      const [normed, mean, unbiased, ...reserved] = steps.fusedBatchNorm(x, gamma, beta, epsilon);
      if (!normed || !mean || !unbiased) throw new TypeError("batchNorm: too few results");
      const pixels = x.size / x.shape[3];
      const y = activation === "none" ? normed : activation === "relu" ? steps.relu(normed) : steps.relu6(normed);
      if (y !== normed) normed.dispose();
      return { y, mean: mean.as1D(), variance: unbiased.mul((pixels - 1) / pixels).as1D(), saved: [x, gamma, y, ...reserved] };
    },
    batchNormGrad(dz, [x, gamma, y, ...reserved], epsilon, activation) {
      if (!x || !gamma || !y) throw new TypeError("batchNormGrad: nothing was saved");
      const dy = activation === "none" ? dz : activation === "relu" ? steps.reluGrad(dz, y) : steps.relu6Grad(dz, y);
      const gradients = steps.fusedBatchNormGrad(dy, x, gamma, reserved, epsilon);
      if (dy !== dz) dy.dispose();
      return gradients;
    },
  };
}
