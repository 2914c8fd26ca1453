import { describe, expect, it } from "vitest";
import { budgetOf } from "./budget.ts";
import { oneCycleRate } from "./schedule.ts";

describe("oneCycleRate", () => {
  it("warms up to the peak and comes down to a hundredth of it", () => {
    const cycle = { peak: 2e-3, warmUp: 0.2 };
    expect(oneCycleRate(cycle, 0)).toBeCloseTo(2e-4, 9);
    expect(oneCycleRate(cycle, 0.1)).toBeCloseTo(1.1e-3, 9);
    expect(oneCycleRate(cycle, 0.2)).toBeCloseTo(2e-3, 9);
    expect(oneCycleRate(cycle, 0.6)).toBeCloseTo(2e-3 * 0.505, 9);
    expect(oneCycleRate(cycle, 1)).toBeCloseTo(2e-5, 9);
    expect(oneCycleRate(cycle, 1.5)).toBeCloseTo(2e-5, 9);
  });
});

describe("budgetOf", () => {
  it("follows the clock by minutes, keeping time for what comes after", () => {
    const budget = budgetOf({ kind: "minutes", minutes: 2 }, 16, () => 20);
    expect(budget.progress(999, 50)).toBe(0.5);
    expect(budget.progress(1, 100)).toBe(1);
    expect(budget.secondsLeft(1, 90)).toBe(30);
  });

  it("follows the steps by epochs", () => {
    const budget = budgetOf({ kind: "epochs", epochs: 5 }, 16, () => 0);
    expect(budget.progress(40, 1e6)).toBe(0.5);
    expect(budget.secondsLeft(1, 3)).toBeNull();
    expect(budget.secondsLeft(40, 10)).toBe(10);
  });
});
