import { readFileSync } from "node:fs";
import type { BoundaryCounts } from "@reefline/schema/evaluation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryMarginPx, countBoundary } from "./boundaryMatch.ts";
import { calibrationOf } from "./calibration.ts";
import { InstanceCounter } from "./instanceCounter.ts";
import { boundaryScores, instanceScores } from "./scores.ts";
import { sizeClassOf, sizeClassTitle } from "./sizeClasses.ts";

interface Case {
  widthPx: number;
  heightPx: number;
  toleranceMeters: number;
  rowMeters: number;
  colMeters: number;
  counted: string;
  labelled: string;
  predicted: string;
  boundary: BoundaryCounts;
  instances: { labelled: number; predicted: number; matched: number; labelledM2: number; foundM2: number };
}
// Made by SciPy and scikit-learn: tests/golden/accuracy/make.py.
const golden = JSON.parse(readFileSync(new URL("../../tests/golden/accuracy/cases.json", import.meta.url), "utf8")) as {
  cases: Case[];
  calibration: Record<"reefByByte" | "otherByByte" | "reefShare" | "meanProbability", number[]> & { brier: number; expectedError: number };
};
const bits = (text: string) => Uint8Array.from(text, Number);
const masksOf = ({ counted, labelled, predicted }: Pick<Case, "counted" | "labelled" | "predicted">) => ({
  counted: bits(counted),
  labelled: bits(labelled),
  predicted: bits(predicted),
});

function instancesOf(labelled: Uint8Array, predicted: Uint8Array, widthPx: number, pixelM2: number, leastM2 = 0) {
  const counter = new InstanceCounter(widthPx);
  for (let at = 0; at < labelled.length; at += widthPx)
    counter.addRow(labelled.subarray(at, at + widthPx), predicted.subarray(at, at + widthPx), pixelM2);
  return counter.counts(leastM2);
}

describe("outlines", () => {
  it.each(golden.cases)("within $toleranceMeters m are SciPy's", (c) => {
    const inner = { colOff: 0, rowOff: 0, widthPx: c.widthPx, heightPx: c.heightPx };
    expect(countBoundary({ ...c, ...masksOf(c), inner }, c.toleranceMeters, c)).toEqual(c.boundary);
  });

  it.each(golden.cases)("are the same counted in pieces with margins", (c) => {
    const masks = masksOf(c);
    const margin = { col: boundaryMarginPx(c.toleranceMeters, c.colMeters), row: boundaryMarginPx(c.toleranceMeters, c.rowMeters) };
    const sum: BoundaryCounts = { predicted: 0, predictedNear: 0, labelled: 0, labelledNear: 0 };
    for (let top = 0; top < c.heightPx; top += 13) {
      for (let left = 0; left < c.widthPx; left += 17) {
        const [x0, y0] = [Math.max(0, left - margin.col), Math.max(0, top - margin.row)];
        const [x1, y1] = [Math.min(c.widthPx, left + 17 + margin.col), Math.min(c.heightPx, top + 13 + margin.row)];
        const cut = (mask: Uint8Array) =>
          Uint8Array.from(
            { length: (x1 - x0) * (y1 - y0) },
            (_, i) => mask[(y0 + Math.floor(i / (x1 - x0))) * c.widthPx + x0 + (i % (x1 - x0))] ?? 0,
          );
        const inner = {
          colOff: left - x0,
          rowOff: top - y0,
          widthPx: Math.min(17, c.widthPx - left),
          heightPx: Math.min(13, c.heightPx - top),
        };
        const piece = { counted: cut(masks.counted), labelled: cut(masks.labelled), predicted: cut(masks.predicted) };
        const counts = countBoundary({ widthPx: x1 - x0, heightPx: y1 - y0, ...piece, inner }, c.toleranceMeters, c);
        for (const name of ["predicted", "predictedNear", "labelled", "labelledNear"] as const) sum[name] += counts[name];
      }
    }
    expect(sum).toEqual(c.boundary);
  });

  it("score 1 where neither is there, and 0 where only one is", () => {
    expect(boundaryScores({ predicted: 0, predictedNear: 0, labelled: 0, labelledNear: 0 })).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(boundaryScores({ predicted: 0, predictedNear: 0, labelled: 9, labelledNear: 0 })).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(boundaryScores({ predicted: 4, predictedNear: 3, labelled: 8, labelledNear: 4 }).f1).toBeCloseTo(0.6, 12);
  });
});

describe("single reefs", () => {
  it.each(golden.cases)("are SciPy's ($instances.labelled labelled, $instances.matched matched)", (c) => {
    const { labelled, predicted } = masksOf(c);
    const sizes = instancesOf(labelled, predicted, c.widthPx, c.rowMeters * c.colMeters);
    expect(instanceScores(sizes)).toMatchObject({
      labelled: c.instances.labelled,
      predicted: c.instances.predicted,
      matched: c.instances.matched,
    });
    expect(sizes.reduce((sum, size) => sum + size.labelledM2, 0)).toBeCloseTo(c.instances.labelledM2, 9);
    expect(sizes.reduce((sum, size) => sum + size.foundM2, 0)).toBeCloseTo(c.instances.foundM2, 9);
  });

  it("equal a flood fill on random masks", () => {
    const mask = fc.array(fc.constantFrom(0, 0, 1), { minLength: 7 * 11, maxLength: 7 * 11 });
    fc.assert(
      fc.property(mask, mask, fc.boolean(), (a, b, alike) => {
        const labelled = Uint8Array.from(a);
        const predicted = alike ? labelled.map((value, i) => (i % 5 === 0 ? (b[i] ?? 0) : value)) : Uint8Array.from(b);
        const [truths, claims] = [floodFill(labelled, 11), floodFill(predicted, 11)];
        let matched = 0;
        for (const truth of truths)
          for (const claim of claims) {
            const both = [...truth].filter((pixel) => claim.has(pixel)).length;
            if (both / (truth.size + claim.size - both) > 0.5) matched++;
          }
        const seen = instanceScores(instancesOf(labelled, predicted, 11, 0.25));
        expect([seen.labelled, seen.predicted]).toEqual([truths.length, claims.length]);
        // A pair at exactly one half may be matched as well.
        expect(seen.matched).toBeGreaterThanOrEqual(matched);
        expect(seen.matched).toBeLessThanOrEqual(Math.min(truths.length, claims.length));
        if (truths.every((truth) => claims.every((claim) => halves(truth, claim) !== 0.5))) expect(seen.matched).toBe(matched);
      }),
      { numRuns: 150 },
    );
  });

  it("fall into classes by size, and the smallest are left out", () => {
    // One reef of 12 pixels found by one of 10, one of 2 pixels, and a false one of 3.
    const labelled = bits("1111000" + "1111000" + "1111001" + "0000001" + "0000000");
    const predicted = bits("1111000" + "1111000" + "1100000" + "0000000" + "0111000");
    const sizes = instancesOf(labelled, predicted, 7, 0.5, 1.4);
    expect(sizes.map(({ labelled: l, found, predicted: p, right }) => [l, found, p, right]).slice(0, 3)).toEqual([
      [0, 0, 0, 0],
      [1, 1, 2, 1],
      [0, 0, 0, 0],
    ]);
    expect(sizes[1]).toMatchObject({ fromM2: 1, labelledM2: 6, foundM2: 5 });
    expect([0.99, 1, 10, 99_999].map(sizeClassOf)).toEqual([0, 1, 2, 5]);
    expect([0, 1, 1_000, 10_000].map((fromM2) => sizeClassTitle(fromM2))).toEqual([
      "under 1 m²",
      "1–10 m²",
      "1,000–10,000 m²",
      "10,000 m² and more",
    ]);
  });

  it("keeps a spiral one reef", () => {
    const spiral = bits("1111111" + "0000001" + "1111101" + "1000101" + "1011101" + "1000001" + "1111111");
    expect(instanceScores(instancesOf(spiral, spiral, 7, 1))).toMatchObject({ labelled: 1, predicted: 1, matched: 1, f1: 1 });
  });
});

describe("calibration", () => {
  it("is scikit-learn's", () => {
    const seen = calibrationOf(golden.calibration);
    expect(seen.bins).toHaveLength(golden.calibration.reefShare.length);
    seen.bins.forEach((bin, i) => {
      expect(bin.reefShare).toBeCloseTo(golden.calibration.reefShare[i] ?? Number.NaN, 12);
      expect(bin.meanProbability).toBeCloseTo(golden.calibration.meanProbability[i] ?? Number.NaN, 12);
    });
    expect(seen.brier).toBeCloseTo(golden.calibration.brier, 12);
    expect(seen.expectedError).toBeCloseTo(golden.calibration.expectedError, 12);
  });
});

function halves(a: Set<number>, b: Set<number>): number {
  const both = [...a].filter((pixel) => b.has(pixel)).length;
  return both / (a.size + b.size - both);
}

function floodFill(mask: Uint8Array, widthPx: number): Set<number>[] {
  const left = new Set([...mask.keys()].filter((i) => mask[i] === 1));
  const parts: Set<number>[] = [];
  for (const seed of [...left]) {
    if (!left.delete(seed)) continue;
    const part = new Set([seed]);
    for (const at of part)
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) {
          const col = (at % widthPx) + dx;
          const next = at + dy * widthPx + dx;
          if (col >= 0 && col < widthPx && left.delete(next)) part.add(next);
        }
    parts.push(part);
  }
  return parts;
}
