import type { ScheduleName } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { budgetOf } from "./budget.ts";
import { afterValidation, plateauStart, rateAt } from "./schedule.ts";

describe("rateAt", () => {
  const at = (kind: ScheduleName, progress: number, factor?: number) => rateAt({ kind, peak: 2e-3, warmUp: 0.2 }, progress, factor);

  it.each(["constant", "plateau", "triangular", "cosine", "one-cycle"] as const)("%s warms up to the peak", (kind) => {
    expect(at(kind, 0)).toBeCloseTo(2e-4, 9);
    expect(at(kind, 0.1)).toBeCloseTo(1.1e-3, 9);
    expect(at(kind, 0.2)).toBeCloseTo(2e-3, 9);
  });

  it("comes down to a hundredth by a cosine", () => {
    expect(at("one-cycle", 0.6)).toBeCloseTo(2e-3 * 0.505, 9);
    expect(at("one-cycle", 1)).toBeCloseTo(2e-5, 9);
    expect(at("cosine", 1.5)).toBeCloseTo(2e-5, 9);
  });

  it("stays, or goes down and up again and ends low", () => {
    expect(at("constant", 1)).toBe(2e-3);
    const half = 0.8 / 7;
    expect(at("triangular", 0.2 + half)).toBeCloseTo(2e-5, 9);
    expect(at("triangular", 0.2 + 2 * half)).toBeCloseTo(2e-3, 9);
    expect(at("triangular", 1)).toBeCloseTo(2e-5, 9);
  });

  it("follows the plateau: cut to a fifth after a quarter without gain, not below a tenth", () => {
    let state = afterValidation(plateauStart, 0.5, 0.1);
    state = afterValidation(state, 0.50005, 0.3);
    expect(state.factor).toBe(1);
    state = afterValidation(state, 0.5, 0.36);
    expect(at("plateau", 0.4, state.factor)).toBeCloseTo(4e-4, 9);
    state = afterValidation(state, 0.5, 0.62);
    expect(state.factor).toBe(0.2);
    state = afterValidation(state, 0.6, 0.63);
    state = afterValidation(state, 0.6, 0.9);
    expect(state.factor).toBe(0.1);
    expect(afterValidation(state, 0.6, 5).factor).toBe(0.1);
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
