import { type Random, randomFrom } from "@reefline/chips/random";
import { fitTemperature } from "./temperature.ts";

/** Enough for the third digit of a temperature, few enough to go over them eighty times in a moment. */
const mostPixels = 20_000;

/**
 * Scores of classes at pixels whose class is known: of all that are added every one has the same chance of being kept (reservoir sampling,
 * Vitter's algorithm R, always with the same random numbers). The temperature of the classes' softmax is fitted on them.
 */
export class ClassScoreSample {
  readonly #classCount: number;
  readonly #scores: Float32Array;
  readonly #truth: Uint8Array;
  readonly #random: Random = randomFrom(1);
  #seen = 0;

  constructor(classCount: number) {
    this.#classCount = classCount;
    this.#scores = new Float32Array(mostPixels * classCount);
    this.#truth = new Uint8Array(mostPixels);
  }

  /**
   * @param truth k, the k-th class
   * @param probabilityOf of the k-th class, up to a factor that all of them have
   */
  add(truth: number, probabilityOf: (k: number) => number): void {
    const place = this.#seen < mostPixels ? this.#seen : this.#random.below(this.#seen + 1);
    this.#seen += 1;
    if (place >= mostPixels) return;
    this.#truth[place] = truth;
    // A probability that has become 0 is as small as one can be told from it.
    for (let k = 1; k <= this.#classCount; k++) {
      this.#scores[place * this.#classCount + k - 1] = Math.log(Math.max(probabilityOf(k), 1e-37));
    }
  }

  /** Mean cross-entropy of the softmax when scores are divided by `temperature`. */
  crossEntropy(temperature: number): number {
    const count = Math.min(this.#seen, mostPixels);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const scores = this.#scores.subarray(i * this.#classCount, (i + 1) * this.#classCount);
      const greatest = scores.reduce((a, b) => Math.max(a, b));
      const powers = scores.reduce((total, score) => total + Math.exp((score - greatest) / temperature), 0);
      sum += Math.log(powers) - ((scores[(this.#truth[i] ?? 1) - 1] ?? 0) - greatest) / temperature;
    }
    return sum / Math.max(1, count);
  }

  /** 1 where no pixel's class is known. */
  fitTemperature(): number {
    return this.#seen === 0 ? 1 : fitTemperature((temperature) => this.crossEntropy(temperature));
  }
}
