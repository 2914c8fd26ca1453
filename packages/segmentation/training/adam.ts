import type { Tensor1D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { ownKernels } from "../backends/ownKernels.ts";

export interface AdamState {
  /** First and second moment of the gradient, one value per weight. */
  m: Tensor1D;
  v: Tensor1D;
  step: number;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/**
 * One step of Adam (Kingma & Ba 2015), as Keras computes it, on one flat vector. Disposes the old moments and returns the new weights;
 * the caller disposes the old ones.
 * @param rateScale a factor of the learning rate for every weight
 */
export function adamStep(
  tf: Tf,
  weights: Tensor1D,
  gradient: Tensor1D,
  state: AdamState,
  learningRate: number,
  rateScale: Tensor1D | null = null,
): Tensor1D {
  state.step += 1;
  const rate = (learningRate * Math.sqrt(1 - beta2 ** state.step)) / (1 - beta1 ** state.step);
  const [next, m, v] = tf.tidy(() => {
    const kernels = ownKernels(tf);
    if (kernels) {
      const input = { weights, m: state.m, v: state.v, gradient, rate: tf.tensor1d([rate]), factors: rateScale ?? tf.tensor1d([]) };
      return kernels.adam(input, beta1, beta2, epsilon);
    }
    const m: Tensor1D = state.m.add(gradient.sub(state.m).mul(1 - beta1));
    const v: Tensor1D = state.v.add(
      gradient
        .square()
        .sub(state.v)
        .mul(1 - beta2),
    );
    const full: Tensor1D = m.mul(rate).div(v.sqrt().add(epsilon));
    const next: Tensor1D = weights.sub(rateScale ? full.mul(rateScale) : full);
    return [next, m, v];
  });
  if (!next || !m || !v) throw new TypeError("adamStep: too few results");
  state.m.dispose();
  state.v.dispose();
  state.m = m;
  state.v = v;
  return next;
}
