import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { estimateArea, type StratumSample } from "./areaEstimate.ts";
import type { Estimate } from "./stratifiedEstimate.ts";
import { studentT975 } from "./studentT.ts";

// Made with NumPy and SciPy: tests/golden/areaSample/make.py.
const golden = JSON.parse(readFileSync(new URL("../../tests/golden/areaSample/case.json", import.meta.url), "utf8")) as {
  strata: StratumSample[];
  frame: { predictedM2: number; groundM2: number };
  t: [number, number][];
} & Record<"areaM2" | "usersAccuracy" | "producersAccuracy" | "overallAccuracy", Estimate>;

describe("area from a stratified sample", () => {
  it("equals the papers' formulas in NumPy, blocks being the units", () => {
    const seen = estimateArea(golden.strata, golden.frame);
    for (const what of ["areaM2", "usersAccuracy", "producersAccuracy", "overallAccuracy"] as const)
      for (const of of ["value", "standardError", "low", "high"] as const)
        expect((seen[what]?.[of] ?? Number.NaN) / golden[what][of], `${what}.${of}`).toBeCloseTo(1, 6);
  });

  it("is the worked example of Olofsson et al. 2014, pixels being the units", () => {
    // Table 8: strata (map classes) with their pixels, and how many sampled pixels of each are deforestation.
    const table = [
      { pixels: 200_000, sampled: 75, deforestation: 66, isClass: true },
      { pixels: 150_000, sampled: 75, deforestation: 0, isClass: false },
      { pixels: 3_200_000, sampled: 165, deforestation: 1, isClass: false },
      { pixels: 6_450_000, sampled: 325, deforestation: 2, isClass: false },
    ];
    const strata = table.map(({ pixels, sampled, deforestation, isClass }) => ({
      blockCount: pixels,
      blocks: Array.from({ length: sampled }, (_, i) => ({
        framePredictedM2: isClass ? 1 : 0,
        reefPredictedM2: isClass && i < deforestation ? 1 : 0,
        reefMissedM2: !isClass && i < deforestation ? 1 : 0,
        emptyPredictedM2: isClass && i >= deforestation ? 1 : 0,
        emptyM2: !isClass && i >= deforestation ? 1 : 0,
      })),
    }));
    const { areaM2, usersAccuracy, producersAccuracy } = estimateArea(strata, { predictedM2: 200_000, groundM2: 10_000_000 });
    // 235,086 pixels of 0.09 ha: 21,158 ± 6,158 ha with 1.96 standard errors; 0.88 ± 0.07 and 0.75 ± 0.21.
    expect(areaM2.value).toBeCloseTo(235_086, -1);
    expect(Math.round(areaM2.value * 0.09)).toBe(21_158);
    expect(1.96 * areaM2.standardError * 0.09).toBeGreaterThan(6_153);
    expect(1.96 * areaM2.standardError * 0.09).toBeLessThan(6_163);
    expect(usersAccuracy?.value).toBeCloseTo(0.88, 2);
    expect(1.96 * (usersAccuracy?.standardError ?? 0)).toBeCloseTo(0.07, 2);
    expect(producersAccuracy?.value).toBeCloseTo(0.75, 2);
    expect(1.96 * (producersAccuracy?.standardError ?? 0)).toBeCloseTo(0.21, 2);
  });

  it("is exact, without an interval, when every block was labelled", () => {
    const strata = golden.strata.map(({ blocks }) => ({ blockCount: blocks.length, blocks }));
    const sum = (of: (block: StratumSample["blocks"][number]) => number) =>
      strata.flatMap(({ blocks }) => blocks).reduce((total, block) => total + of(block), 0);
    const frame = { predictedM2: sum((b) => b.framePredictedM2), groundM2: 5_000 };
    const { areaM2 } = estimateArea(strata, frame);
    expect(areaM2.value).toBeCloseTo(
      sum((b) => b.reefPredictedM2 + b.reefMissedM2),
      9,
    );
    expect([areaM2.standardError, areaM2.low, areaM2.high]).toEqual([0, areaM2.value, areaM2.value]);
  });

  it("says nothing about what is predicted where nothing is", () => {
    const empty = { framePredictedM2: 0, reefPredictedM2: 0, reefMissedM2: 0, emptyPredictedM2: 0, emptyM2: 50 };
    const seen = estimateArea([{ blockCount: 80, blocks: [empty, empty, empty] }], { predictedM2: 0, groundM2: 4_000 });
    expect(seen).toMatchObject({ areaM2: { value: 0, low: 0, high: 0 }, usersAccuracy: null, producersAccuracy: null });
    expect(seen.overallAccuracy?.value).toBe(1);
  });
});

it("Student's t is SciPy's", () => {
  for (const [degreesOfFreedom, t] of golden.t) expect(studentT975(degreesOfFreedom) / t).toBeCloseTo(1, 5);
});
