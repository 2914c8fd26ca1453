import type { LossName } from "@reefline/schema/training";
import type { Scalar, Tensor, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { isTensor } from "../backends/isTensor.ts";
import { type Loss, losses } from "./loss.ts";

/** The loss by name, of a network that tells so many classes apart; 0: reef or not. */
export function trainingLoss(name: LossName, classCount: number): Loss {
  return classCount === 0 ? losses[name] : lossWithClasses(losses[name], classCount);
}

/**
 * The loss of a network that tells classes apart: `reefLoss` on the logit of reef, plus how badly the class of reef is told.
 * Logits are [N, H, W, 1 + classCount]; target [N, H, W, 1] is 0 where there is none, k for the k-th class, more for reef whose class is
 * not said, which counts as reef alone.
 */
export function lossWithClasses(reefLoss: Loss, classCount: number): Loss {
  return (tf, logits, target, valid) => {
    const [count, height, width] = logits.shape;
    const reef = logits.slice([0, 0, 0, 0], [count, height, width, 1]);
    const classes = logits.slice([0, 0, 0, 1], [count, height, width, classCount]);
    const isReef = target.greater(0).toFloat().as4D(count, height, width, 1);
    return reefLoss(tf, reef, isReef, valid)
      .add(classLoss(tf, classes, target, valid))
      .asScalar();
  };
}

/**
 * Mean cross-entropy of the softmax over valid pixels of known class + 1 − the mean soft Dice (smooth 1) of the classes present, with the
 * gradient of both in one pass. 0 where no pixel's class is known.
 * @param scores [N, H, W, classes]
 * @param target [N, H, W, 1], as for `lossWithClasses`
 */
export function classLoss(tf: Tf, scores: Tensor4D, target: Tensor4D, valid: Tensor4D): Scalar {
  const classCount = scores.shape[3];
  const loss = tf.customGrad((...args) => {
    const [z, save] = args;
    if (!isTensor(z) || typeof save !== "function") throw new TypeError("classLoss: one tensor");
    const flat = z.reshape([-1, classCount]);
    const isKnown = target.greater(0).logicalAnd(target.lessEqual(classCount)).toFloat();
    const known = isKnown.mul(valid).reshape([-1, 1]);
    // What is of no known class is put into the first, and then weighs nothing.
    const at = target.sub(1).mul(isKnown).reshape([-1]).toInt();
    const truth = tf.oneHot(at, classCount).toFloat().mul(known);
    const count = known.sum().maximum(1);
    const shifted = flat.sub(flat.max(1, true));
    const logP = shifted.sub(shifted.exp().sum(1, true).log());
    const counted = logP.exp().mul(known);
    const entropy = truth.mul(logP).sum().neg().div(count);
    const truthSum = truth.sum(0);
    const present = truthSum.greater(0).toFloat();
    const overlap = counted.mul(truth).sum(0).mul(2).add(1);
    const total = counted.sum(0).add(truthSum).add(1);
    // Each class' share in the mean; all 0 where there is none.
    const share = present.div(present.sum().maximum(1));
    const dice = share.sum().sub(share.mul(overlap.div(total)).sum());
    save([counted, truth, count, share, overlap, total]);
    return {
      value: entropy.add(dice),
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [counted, truth, count, share, overlap, total] = saved;
        if (!counted || !truth || !count || !share || !overlap || !total) throw new TypeError("classLoss: nothing was saved");
        // d(1 − O/T)/dp = O/T² − 2y/T, then through the softmax: p (g − Σ g p); p is 0 where nothing counts.
        const byP = share.mul(overlap.div(total.square())).sub(truth.mul(share.mul(2).div(total)));
        const diceGrad = counted.mul(byP.sub(byP.mul(counted).sum(1, true)));
        return counted.sub(truth).div(count).add(diceGrad).mul(dLoss).reshape(scores.shape);
      },
    };
  });
  return loss(scores) as Scalar;
}
