import { describe, expect, it } from "vitest";
import { randomFrom, shuffled } from "./random.ts";

describe("randomFrom", () => {
  it("repeats itself from its seed and from its state", () => {
    const random = randomFrom(42);
    const first = Array.from({ length: 5 }, () => random.next());
    const state = random.state();
    const next = Array.from({ length: 5 }, () => random.normal());
    const again = randomFrom(42);
    expect(Array.from({ length: 5 }, () => again.next())).toEqual(first);
    const resumed = randomFrom(JSON.parse(JSON.stringify(state)));
    expect(Array.from({ length: 5 }, () => resumed.normal())).toEqual(next);
    expect(randomFrom(43).next()).not.toBe(first[0]);
  });

  it("is uniform and normal as far as 20,000 numbers tell", () => {
    const random = randomFrom(1);
    const count = 20_000;
    const uniform = Array.from({ length: count }, () => random.next());
    const normal = Array.from({ length: count }, () => random.normal());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / count;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });

  it("shuffles without losing anything", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const mixed = shuffled(items, randomFrom(3));
    expect(mixed).not.toEqual(items);
    expect(mixed.toSorted((a, b) => a - b)).toEqual(items);
  });
});
