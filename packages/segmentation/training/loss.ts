import type { LossName } from "@reefline/schema/training";
import type { Scalar, Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { isTensor } from "../backends/isTensor.ts";

/** logits, target and valid [N, H, W, 1] → one number; target 1 reef, 0 not; valid 1 where the pixel counts. */
export type Loss = (tf: Tf, logits: Tensor4D, target: Tensor4D, valid: Tensor4D) => Scalar;

const focusing = 2;
const tverskyWeights = { falsePositive: 0.3, falseNegative: 0.7 };
/** Pixels this near to an outline weigh so much more. */
const boundary = { reachPx: 3, weight: 4 };

/**
 * The losses by name, each over valid pixels only and over the whole batch, so that a chip without reef has a defined loss:
 * bce, mean binary cross-entropy; dice, 1 − soft Dice with smooth 1 (Milletari et al. 2016); bce-dice, their sum; focal, cross-entropy
 * times (1 − p of the truth)² (Lin et al. 2017, γ = 2); tversky, α = 0.3 for false positives and β = 0.7 for false negatives (Salehi et al.
 * 2017, smooth 1); boundary, bce-dice whose cross-entropy weighs five times as much within three pixels of a labelled outline.
 */
export const losses: Record<LossName, Loss> = {
  bce: (tf, logits, target, valid) => weightedMean(tf, crossEntropy(tf, logits, target), valid),
  dice: (tf, logits, target, valid) => diceLoss(tf, tf.sigmoid(logits), target, valid),
  "bce-dice": bceDiceLoss,
  focal(tf, logits, target, valid) {
    const entropy = crossEntropy(tf, logits, target);
    const missing = tf.scalar(1).sub(entropy.neg().exp());
    return weightedMean(tf, missing.pow(focusing).mul(entropy), valid);
  },
  tversky(tf, logits, target, valid) {
    const p = tf.sigmoid(logits).mul(valid);
    const truth = target.mul(valid);
    const overlap = p.mul(truth).sum();
    const { falsePositive, falseNegative } = tverskyWeights;
    const wrong = p.sum().sub(overlap).mul(falsePositive).add(truth.sum().sub(overlap).mul(falseNegative));
    return tf
      .scalar(1)
      .sub(overlap.add(1).div(overlap.add(wrong).add(1)))
      .asScalar();
  },
  boundary(tf, logits, target, valid) {
    const size = 2 * boundary.reachPx + 1;
    const spread = (x: Tensor4D) => tf.maxPool(x, size, 1, "same");
    const near = spread(target)
      .add(spread(tf.sub(1, target)))
      .sub(1);
    const weights: Tensor4D = valid.mul(near.mul(boundary.weight).add(1));
    return weightedMean(tf, crossEntropy(tf, logits, target), weights)
      .add(diceLoss(tf, tf.sigmoid(logits), target, valid))
      .asScalar();
  },
};

/** −log p of the truth: max(z, 0) − z·y + log(1 + e^−|z|) = softplus(z) − z·y. */
function crossEntropy(tf: Tf, logits: Tensor4D, target: Tensor4D): Tensor4D {
  return tf.softplus(logits).sub(logits.mul(target));
}

function weightedMean(tf: Tf, values: Tensor, weights: Tensor4D): Scalar {
  return values.mul(weights).sum().div(tf.maximum(weights.sum(), 1)).asScalar();
}

function diceLoss(tf: Tf, p: Tensor, target: Tensor4D, valid: Tensor4D): Scalar {
  const counted = p.mul(valid);
  const overlap = counted.mul(target).sum().mul(2).add(1);
  const total = counted.sum().add(target.mul(valid).sum()).add(1);
  return tf.scalar(1).sub(overlap.div(total)).asScalar();
}

/** Binary cross-entropy + soft Dice, with the gradient of both in one pass: what nearly every training takes. */
export function bceDiceLoss(tf: Tf, logits: Tensor4D, target: Tensor4D, valid: Tensor4D): Scalar {
  const loss = tf.customGrad((...args) => {
    const [z, save] = args;
    if (!isTensor(z) || typeof save !== "function") throw new TypeError("bceDiceLoss: one tensor");
    const count = valid.sum().maximum(1);
    const p = tf.sigmoid(z);
    // max(z, 0) − z·y + log(1 + e^−|z|) = softplus(z) − z·y
    const bce = tf.softplus(z).sub(z.mul(target)).mul(valid).sum().div(count);
    const pv = p.mul(valid);
    const overlap = pv.mul(target).sum().mul(2).add(1);
    const total = pv.sum().add(target.mul(valid).sum()).add(1);
    const value = bce.add(tf.scalar(1).sub(overlap.div(total)));
    // All that the gradient needs: what was made within a step is gone by then.
    save([p, count, overlap, total, target, valid]);
    return {
      value,
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [p, count, overlap, total, target, valid] = saved;
        if (!p || !count || !overlap || !total || !target || !valid) throw new TypeError("bceDiceLoss: nothing was saved");
        const bceGrad = p.sub(target).div(count);
        // d(1 − overlap / total)/dp = overlap / total² − 2y / total
        const diceGrad = overlap
          .div(total.square())
          .sub(target.mul(tf.scalar(2).div(total)))
          .mul(p.mul(tf.scalar(1).sub(p)));
        return bceGrad.add(diceGrad).mul(valid).mul(dLoss);
      },
    };
  });
  return loss(logits) as Scalar;
}
