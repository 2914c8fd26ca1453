import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { isTensor } from "../backends/isTensor.ts";
import { trainingOps } from "../backends/trainingOps.ts";
import type { Activation } from "./network.ts";

/** x + bias, then the activation; on native TensorFlow forward and backward are its own kernels. */
export function biasActivation(tf: Tf, x: Tensor4D, bias: Tensor1D, activation: Activation): Tensor4D {
  const ops = trainingOps(tf);
  if (!ops) return activate(tf, x.add(bias), activation);
  const fused = tf.customGrad((...args) => {
    const [input, offset, save] = args;
    if (!isTensor(input) || !isTensor(offset) || typeof save !== "function") throw new TypeError("biasActivation: two tensors");
    const sum = ops.biasAdd(input, offset);
    const value = activation === "none" ? sum : activation === "relu" ? ops.relu(sum) : ops.relu6(sum);
    if (value !== sum) sum.dispose();
    save(activation === "none" ? [] : [value]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [output] = saved;
        const dx = !output ? dy : activation === "relu" ? ops.reluGrad(dy, output) : ops.relu6Grad(dy, output);
        return [dx, ops.biasAddGrad(dx)];
      },
    };
  });
  return fused(x, bias) as Tensor4D;
}

export function activate(tf: Tf, x: Tensor4D, activation: Activation): Tensor4D {
  if (activation === "none") return x;
  return activation === "relu" ? tf.relu(x) : tf.relu6(x);
}
