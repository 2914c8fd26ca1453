import type { Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import type { Interpreter } from "./network.ts";

/** The operations without weights, on tensors. */
export function tensorOperations(tf: Tf): Omit<Interpreter<Tensor4D>, "convolution"> {
  return {
    maxPool: (x) => tf.maxPool(x, 2, 2, "valid"),
    upsample: (x) => tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]),
    concat: (a, b) => tf.concat([a, b], 3),
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
