import { describe, expect, it } from "vitest";
import { cohenKappa } from "./kappa.ts";

describe("cohenKappa", () => {
  it("equals scikit-learn's cohen_kappa_score", () => {
    // cohen_kappa_score([1]*25 + [0]*25, [1]*20 + [0]*5 + [1]*10 + [0]*15)
    expect(cohenKappa({ tp: 20, fn: 5, fp: 10, tn: 15 })).toBeCloseTo(0.4, 12);
    // cohen_kappa_score([1]*148 + [0]*852, [1]*61 + [0]*87 + [1]*39 + [0]*813)
    expect(cohenKappa({ tp: 61, fn: 87, fp: 39, tn: 813 })).toBeCloseTo(0.423076923076923, 12);
  });

  it("is 0 for chance, below it for less, and 1 where both say one thing", () => {
    expect(cohenKappa({ tp: 4, fp: 6, fn: 6, tn: 9 })).toBeCloseTo(0, 12);
    expect(cohenKappa({ tp: 0, fp: 5, fn: 5, tn: 0 })).toBe(-1);
    expect(cohenKappa({ tp: 0, fp: 0, fn: 0, tn: 70 })).toBe(1);
    expect(cohenKappa({ tp: 0, fp: 0, fn: 0, tn: 0 })).toBe(1);
  });
});
