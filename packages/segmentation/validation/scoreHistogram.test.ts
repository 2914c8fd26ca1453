import { randomFrom } from "@reefline/chips/random";
import { describe, expect, it } from "vitest";
import { countConfusion } from "./metrics.ts";
import { ScoreHistogram } from "./scoreHistogram.ts";

/** Logits that are three times too sure: reef is drawn with probability sigmoid(z / 3). */
const random = randomFrom(12);
const logits = Array.from({ length: 40_000 }, () => 4 * random.normal() - 2);
const reef = logits.map((z) => random.next() < 1 / (1 + Math.exp(-z / 3)));
const scores = new ScoreHistogram();
logits.forEach((z, i) => {
  scores.add(z, reef[i] === true);
});

describe("ScoreHistogram", () => {
  it("has the cross-entropy of the pixels themselves", () => {
    for (const temperature of [1, 2]) {
      const sum = logits.reduce((total, z, i) => total + Math.log1p(Math.exp(((reef[i] ? -1 : 1) * z) / temperature)), 0);
      expect(scores.crossEntropy(temperature)).toBeCloseTo(sum / logits.length, 3);
    }
    expect(scores.pixelCount).toBe(logits.length);
  });

  it("finds the temperature that was put in", () => {
    expect(scores.fitTemperature()).toBeGreaterThan(2.8);
    expect(scores.fitTemperature()).toBeLessThan(3.2);
  });

  it("counts at a threshold what the pixels give, within its resolution", () => {
    const { tp, fp, fn, tn } = scores.metricsAt(0.7, 3);
    const claimed = logits.map((z) => (1 / (1 + Math.exp(-z / 3)) >= 0.7 ? 1 : 0));
    const exact = countConfusion(
      claimed,
      reef.map((value) => (value ? 1 : 0)),
    );
    for (const [value, expected] of [
      [tp, exact.tp],
      [fp, exact.fp],
      [fn, exact.fn],
      [tn, exact.tn],
    ] as const)
      expect(Math.abs(value - expected)).toBeLessThan(60);
  });

  it("chooses the threshold of highest Dice", () => {
    const best = scores.bestThreshold(3);
    for (let threshold = 0.05; threshold < 0.96; threshold += 0.05) {
      expect(scores.metricsAt(threshold, 3).dice).toBeLessThanOrEqual(best.dice);
    }
    expect(best.threshold).toBeLessThan(0.5);
  });

  it("is defined on nothing, and on scores beyond its reach", () => {
    const empty = new ScoreHistogram();
    expect(empty.fitTemperature()).toBe(1);
    empty.add(Infinity, true);
    empty.add(-Infinity, false);
    expect(empty.bestThreshold(1)).toMatchObject({ dice: 1, threshold: 0.5 });
  });
});
