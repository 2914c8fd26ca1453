import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import type { Network } from "../network/network.ts";
import { type AdamState, adamStep } from "./adam.ts";
import { bceDiceLoss, type Loss } from "./loss.ts";
import { type PlacedStatistics, trainingForward } from "./trainingForward.ts";

/** Chips side by side: x is normalised and interleaved, target holds what a chip's does, valid 0 or 1. */
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
  /** Running means of weights and statistics; null or absent where none are kept. */
  readonly average?: ModelValues | null;
}

/** How a trainer goes about a step. */
export interface TrainerOptions {
  /** Cross-entropy + Dice unless given. */
  readonly loss?: Loss;
  /** A factor of the learning rate for every weight; null or absent: 1. */
  readonly rateScale?: Float32Array | null;
}

const statisticsMomentum = 0.9;
/** A step's share in the running means falls from 9/11 to a thousandth. */
const averageDecay = (step: number): number => Math.min(0.999, (1 + step) / (10 + step));

/** Holds the weights, the optimizer's moments and the batch-norm statistics on the backend; `step` moves them once. */
export class Trainer {
  readonly #tf: Tf;
  readonly #network: Network;
  readonly #adam: AdamState;
  readonly #rateScale: Tensor1D | null;
  readonly #loss: Loss;
  #weights: Tensor1D;
  #statistics: Tensor1D;
  #average: { weights: Tensor1D; statistics: Tensor1D } | null;

  constructor(tf: Tf, network: Network, values: TrainerValues, { loss = bceDiceLoss, rateScale = null }: TrainerOptions = {}) {
    const { average } = values;
    this.#tf = tf;
    this.#loss = loss;
    this.#average = average ? { weights: tf.tensor1d(average.weights), statistics: tf.tensor1d(average.statistics) } : null;
    this.#network = network;
    this.#weights = tf.tensor1d(values.weights);
    this.#statistics = tf.tensor1d(values.statistics);
    this.#rateScale = rateScale ? tf.tensor1d(rateScale) : null;
    this.#adam = { m: tf.tensor1d(values.m), v: tf.tensor1d(values.v), step: values.step };
  }

  /** Forward, loss, backward, Adam, moving statistics. Returns the loss before the step. */
  async step(batch: Batch, learningRate: number): Promise<number> {
    const tf = this.#tf;
    const collected: PlacedStatistics[] = [];
    const { value, grad } = tf.tidy(() => {
      const { count, heightPx, widthPx } = batch;
      const x = tf.tensor4d(batch.x, [count, heightPx, widthPx, this.#network.bandCount]);
      const target = tf.tensor4d(batch.target, [count, heightPx, widthPx, 1]);
      const valid = tf.tensor4d(batch.valid, [count, heightPx, widthPx, 1]);
      const loss = (weights: Tensor1D): Scalar =>
        this.#loss(
          tf,
          trainingForward(tf, this.#network, weights, this.#statistics, x, (s) => collected.push(s)),
          target,
          valid,
        );
      const { value, grad } = tf.valueAndGrad((weights: Tensor) => loss(weights.as1D()))(this.#weights);
      return { value, grad: grad.as1D() };
    });
    const weights = adamStep(tf, this.#weights, grad, this.#adam, learningRate, this.#rateScale);
    this.#weights.dispose();
    this.#weights = weights;
    this.#moveStatistics(collected);
    this.#moveAverage();
    // Asked for and not taken: some backends cannot be read from while they compute.
    const [lossValue = Number.NaN] = await value.data();
    tf.dispose([value, grad, ...collected.flatMap(({ mean, variance }) => [mean, variance])]);
    return lossValue;
  }

  /** Copies of the present numbers. */
  async values(): Promise<TrainerValues> {
    const floats = async (tensor: Tensor1D): Promise<Float32Array> => Float32Array.from(await tensor.data());
    const { m, v, step } = this.#adam;
    const average = this.#average;
    return {
      weights: await floats(this.#weights),
      m: await floats(m),
      v: await floats(v),
      statistics: await floats(this.#statistics),
      step,
      average: average && { weights: await floats(average.weights), statistics: await floats(average.statistics) },
    };
  }

  dispose(): void {
    this.#tf.dispose([this.#weights, this.#statistics, this.#adam.m, this.#adam.v]);
    this.#rateScale?.dispose();
    if (this.#average) this.#tf.dispose([this.#average.weights, this.#average.statistics]);
  }

  /** Exponential running means; batch norm's statistics are averaged as the weights are. */
  #moveAverage(): void {
    if (!this.#average) return;
    const share = 1 - averageDecay(this.#adam.step);
    const moved = (mean: Tensor1D, now: Tensor1D): Tensor1D => {
      const next = this.#tf.tidy(() => mean.add(now.sub(mean).mul(share)).as1D());
      mean.dispose();
      return next;
    };
    const { weights, statistics } = this.#average;
    this.#average = { weights: moved(weights, this.#weights), statistics: moved(statistics, this.#statistics) };
  }

  #moveStatistics(batch: readonly PlacedStatistics[]): void {
    const tf = this.#tf;
    const half = this.#network.statisticsCount / 2;
    const sorted = [...batch].sort((a, b) => a.at - b.at);
    const moved = tf.tidy(() => {
      /** The present values with the batch's in their places. */
      const now = (pick: (one: PlacedStatistics) => Tensor1D, from: number): Tensor1D => {
        const parts: Tensor1D[] = [];
        let at = 0;
        for (const one of sorted) {
          if (one.at > at) parts.push(this.#statistics.slice(from + at, one.at - at));
          parts.push(pick(one));
          at = one.at + pick(one).size;
        }
        if (at < half) parts.push(this.#statistics.slice(from + at, half - at));
        return tf.concat1d(parts);
      };
      const both = tf.concat1d([now(({ mean }) => mean, 0), now(({ variance }) => variance, half)]);
      return this.#statistics.add(both.sub(this.#statistics).mul(1 - statisticsMomentum)).as1D();
    });
    this.#statistics.dispose();
    this.#statistics = moved;
  }
}
