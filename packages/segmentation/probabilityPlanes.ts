import type { Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";

/**
 * Logits of a batch [N, H, W, 1 + classes] → probabilities one plane after the other, each N · H · W long: σ(z₀) is that of reef, of any
 * class; σ(z₀) · softmax(z₁ …) are those of the classes, which sum to it.
 */
export function probabilityPlanes(tf: Tf, logits: Tensor4D): Tensor4D {
  const channelCount = logits.shape[3];
  if (channelCount === 1) return tf.sigmoid(logits);
  return tf.tidy(() => {
    const [count, height, width] = logits.shape;
    const reef = tf.sigmoid(logits.slice([0, 0, 0, 0], [count, height, width, 1]));
    const classes = tf.softmax(logits.slice([0, 0, 0, 1], [count, height, width, channelCount - 1])).mul(reef);
    return tf.transpose(tf.concat([reef, classes], 3), [3, 0, 1, 2]).as4D(channelCount, count, height, width);
  });
}
