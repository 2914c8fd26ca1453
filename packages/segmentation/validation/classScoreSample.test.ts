import { readFileSync } from "node:fs";
import { randomFrom } from "@reefline/chips/random";
import { describe, expect, it } from "vitest";
import { ClassScoreSample } from "./classScoreSample.ts";

// Made by SciPy and PyTorch: tests/golden/classTemperature/make.py.
const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/classTemperature/cases.json", import.meta.url), "utf8")) as {
  classes: number;
  scores: number[];
  truth: number[];
  crossEntropyAtOne: number;
  temperature: number;
}[];

describe("ClassScoreSample", () => {
  it.each(golden)("finds SciPy's temperature for $classes classes", ({ classes, scores, truth, crossEntropyAtOne, temperature }) => {
    const sample = new ClassScoreSample(classes);
    truth.forEach((k, i) => {
      const powers = scores.slice(i * classes, (i + 1) * classes).map(Math.exp);
      // What the network gives: probabilities of classes that sum to that of reef, whatever it is here.
      const reef = (0.1 + (i % 7) / 8) / powers.reduce((a, b) => a + b);
      sample.add(k, (of) => (powers[of - 1] ?? 0) * reef);
    });
    expect(sample.crossEntropy(1)).toBeCloseTo(crossEntropyAtOne, 5);
    expect(Math.abs(sample.fitTemperature() / temperature - 1)).toBeLessThan(1e-4);
  });

  it("keeps a fair share of more pixels than it holds", () => {
    // The first half is sure and right, the second sure and wrong half of the time: only together do they have this temperature.
    const [random, whole, count] = [randomFrom(4), new ClassScoreSample(2), 200_000];
    for (let i = 0; i < count; i++) {
      const isRight = i < count / 2 || random.next() < 0.5;
      whole.add(isRight ? 1 : 2, (k) => (k === 1 ? 0.9 : 0.1));
    }
    // Three in four are right, and scores differ by ln 9: ln 3 · T = ln 9.
    expect(whole.fitTemperature()).toBeGreaterThan(1.9);
    expect(whole.fitTemperature()).toBeLessThan(2.1);
  });

  it("takes a probability that has become 0, and is 1 where no class is known", () => {
    const sample = new ClassScoreSample(3);
    expect(sample.fitTemperature()).toBe(1);
    sample.add(2, (k) => (k === 1 ? 0.7 : 0));
    expect(sample.crossEntropy(1)).toBeGreaterThan(80);
    expect(Number.isFinite(sample.fitTemperature())).toBe(true);
  });
});
