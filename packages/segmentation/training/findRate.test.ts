import { describe, expect, it } from "vitest";
import { ratesTried, smoothed, suggestedRate } from "./findRate.ts";

describe("the test of learning rates", () => {
  it("tries rates that grow by one factor", () => {
    const rates = ratesTried(41);
    expect(rates).toHaveLength(41);
    expect(rates[0]).toBeCloseTo(1e-6, 12);
    expect(rates[40]).toBeCloseTo(0.3, 9);
    expect((rates[7] ?? 0) / (rates[6] ?? 1)).toBeCloseTo((rates[31] ?? 0) / (rates[30] ?? 1), 9);
  });
  it("smooths without a bias towards nothing at the start", () => {
    const level = ratesTried(12).map((learningRate) => ({ learningRate, loss: 0.7 }));
    for (const { loss } of smoothed(level)) expect(loss).toBeCloseTo(0.7, 12);
  });
  it("suggests a rate on the way down, below the lowest point of a valley in noise", () => {
    const points = ratesTried(100).map((learningRate, i) => {
      const away = Math.log10(learningRate) + 2;
      return { learningRate, loss: 0.3 + 0.1 * (away < 0 ? -away / 2 : away * 4) + 0.005 * (i % 2) };
    });
    const rate = suggestedRate(points) ?? 0;
    expect(rate).toBeGreaterThan(1e-3);
    expect(rate).toBeLessThan(1.2e-2);
  });
  it("suggests nothing where the loss only rises, or where there is none", () => {
    expect(suggestedRate(ratesTried(20).map((learningRate, i) => ({ learningRate, loss: 1 + i })))).toBeNull();
    expect(suggestedRate([])).toBeNull();
  });
});
