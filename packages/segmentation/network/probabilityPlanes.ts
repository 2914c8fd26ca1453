import type { Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";

/**
 * Logits of a batch [N, H, W, 1 + classes] → probabilities one plane after the other, each N · H · W long: σ(z₀) is that of reef, of any
 * class; σ(z₀) · softmax(z₁ …) are those of the classes, which sum to it. Plane by plane: a softmax over so few channels takes twice as long.
 */
export function probabilityPlanes(tf: Tf, logits: Tensor4D): Tensor4D {
  const channelCount = logits.shape[3];
  if (channelCount === 1) return tf.sigmoid(logits);
  return tf.tidy(() => {
    const [z0, ...scores] = tf.split<Tensor4D>(tf.transpose(logits, [3, 0, 1, 2]), channelCount);
    if (!z0) throw new RangeError("a channel of reef");
    const reef = tf.sigmoid(z0);
    const greatest = scores.reduce((a, b) => tf.maximum<Tensor4D>(a, b));
    const powers = scores.map((score) => tf.exp(tf.sub<Tensor4D>(score, greatest)));
    const perPower = tf.div(reef, tf.addN(powers));
    return tf.concat([reef, ...powers.map((power) => tf.mul<Tensor4D>(power, perPower))]);
  });
}
