import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { isTensor } from "../backends/isTensor.ts";
import { wayUp } from "../backends/wayUp.ts";
import type { Interpreter } from "./network.ts";

/** The operations without weights, on tensors. */
export function tensorOperations(tf: Tf): Omit<Interpreter<Tensor4D>, "convolution"> {
  return {
    maxPool: (x) => tf.maxPool(x, 2, 2, "valid"),
    upsampleConcat: (low, skip) => upsampleConcat(tf, low, skip),
    add: (a, b) => tf.add(a, b),
    spreadPatches(x, patchPx) {
      const [count, height, width, channels] = x.shape;
      const channelCount = channels / patchPx ** 2;
      return tf.tidy(() => {
        // A patch's row first; what lies side by side in it stays together.
        const patches = tf.transpose(tf.reshape(x, [count * height, width, patchPx, patchPx * channelCount]), [0, 2, 1, 3]);
        return tf.reshape(patches, [count, height * patchPx, width * patchPx, channelCount]);
      });
    },
  };
}

function upsampleConcat(tf: Tf, low: Tensor4D, skip: Tensor4D): Tensor4D {
  const kernels = wayUp(tf);
  if (!kernels) return tf.tidy(() => tf.concat([tf.image.resizeNearestNeighbor(low, [2 * low.shape[1], 2 * low.shape[2]]), skip], 3));
  const fused = tf.customGrad((...args) => {
    const [a, b] = args;
    if (!isTensor(a) || !isTensor(b)) throw new TypeError("upsampleConcat: two tensors");
    const channels = a.shape[3] ?? 0;
    return {
      value: kernels.upsampleConcat(a as Tensor4D, b as Tensor4D),
      gradFunc: (dy: Tensor) => kernels.upsampleConcatGrad(dy as Tensor4D, channels),
    };
  });
  return fused(low, skip) as Tensor4D;
}
