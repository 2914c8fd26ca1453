import type { Scalar, Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";

/**
 * Binary cross-entropy + soft Dice, both over valid pixels only (Milletari et al. 2016, smoothing 1). Dice is of the whole batch, so that
 * a chip without reef has a defined loss.
 * @param logits [N, H, W, 1]
 * @param target the same shape, 1 reef, 0 not
 * @param valid the same shape, 1 where the pixel counts
 */
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
    save([p, count, overlap, total]);
    return {
      value,
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [p, count, overlap, total] = saved;
        if (!p || !count || !overlap || !total) throw new TypeError("bceDiceLoss: nothing was saved");
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

function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dataId" in value;
}
