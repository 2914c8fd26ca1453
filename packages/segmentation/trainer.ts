import type { Architecture } from "@reefline/schema/training";
import type { Scalar, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import { type AdamState, adamStep } from "./adam.ts";
import type { Tf } from "./backend.ts";
import type { BatchStatistics } from "./batchNormRelu.ts";
import { bceDiceLoss } from "./loss.ts";
import { type UnetLayout, unetForTraining, unetLayout } from "./unet.ts";

/** Chips side by side: x is normalised and interleaved, target and valid hold 0 or 1. */
export interface Batch {
  readonly count: number;
  readonly heightPx: number;
  readonly widthPx: number;
  readonly x: Float32Array;
  readonly target: Float32Array;
  readonly valid: Float32Array;
}

/** All numbers that one training step changes. */
export interface TrainerValues {
  readonly weights: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly statistics: Float32Array;
  readonly step: number;
}

const statisticsMomentum = 0.9;

/** Holds the weights, the optimizer's moments and the batch-norm statistics on the backend; `step` moves them once. */
export class Trainer {
  readonly #tf: Tf;
  readonly #architecture: Architecture;
  readonly #layout: UnetLayout;
  readonly #adam: AdamState;
  #weights: Tensor1D;
  #statistics: Tensor1D;

  constructor(tf: Tf, architecture: Architecture, values: TrainerValues) {
    this.#tf = tf;
    this.#architecture = architecture;
    this.#layout = unetLayout(architecture);
    this.#weights = tf.tensor1d(values.weights);
    this.#statistics = tf.tensor1d(values.statistics);
    this.#adam = { m: tf.tensor1d(values.m), v: tf.tensor1d(values.v), step: values.step };
  }

  /** Forward, loss, backward, Adam, moving statistics. Returns the loss before the step. */
  step(batch: Batch, learningRate: number): number {
    const tf = this.#tf;
    const statistics: BatchStatistics[] = [];
    const { value, grad } = tf.tidy(() => {
      const { x, target, valid } = this.#tensors(batch);
      const loss = (weights: Tensor1D): Scalar =>
        bceDiceLoss(
          tf,
          unetForTraining(tf, this.#architecture, this.#layout, weights, x, (s) => statistics.push(s)),
          target,
          valid,
        );
      const { value, grad } = tf.valueAndGrad((weights: Tensor) => loss(weights.as1D()))(this.#weights);
      return { value, grad: grad.as1D() };
    });
    const weights = adamStep(tf, this.#weights, grad, this.#adam, learningRate);
    this.#weights.dispose();
    this.#weights = weights;
    this.#moveStatistics(statistics);
    const [lossValue = Number.NaN] = value.dataSync();
    tf.dispose([value, grad, ...statistics.flatMap(({ mean, variance }) => [mean, variance])]);
    return lossValue;
  }

  /** Copies of the present numbers. */
  values(): TrainerValues {
    return {
      weights: floats(this.#weights),
      m: floats(this.#adam.m),
      v: floats(this.#adam.v),
      statistics: floats(this.#statistics),
      step: this.#adam.step,
    };
  }

  dispose(): void {
    this.#tf.dispose([this.#weights, this.#statistics, this.#adam.m, this.#adam.v]);
  }

  #tensors({ count, heightPx, widthPx, x, target, valid }: Batch): { x: Tensor4D; target: Tensor4D; valid: Tensor4D } {
    const tf = this.#tf;
    return {
      x: tf.tensor4d(x, [count, heightPx, widthPx, this.#architecture.bandCount]),
      target: tf.tensor4d(target, [count, heightPx, widthPx, 1]),
      valid: tf.tensor4d(valid, [count, heightPx, widthPx, 1]),
    };
  }

  #moveStatistics(batch: readonly BatchStatistics[]): void {
    const tf = this.#tf;
    const moved = tf.tidy(() => {
      const now = tf.concat([...batch.map(({ mean }) => mean), ...batch.map(({ variance }) => variance)]);
      return this.#statistics.add(now.sub(this.#statistics).mul(1 - statisticsMomentum)).as1D();
    });
    this.#statistics.dispose();
    this.#statistics = moved;
  }
}

function floats(tensor: Tensor1D): Float32Array {
  return Float32Array.from(tensor.dataSync());
}
