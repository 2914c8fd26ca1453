import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blendWeights, WEIGHT_ONE } from "./blendWeights.ts";
import { reflectEdges, reflected } from "./reflectEdges.ts";
import { finalCols, planWindows, swathRuns } from "./windowPlan.ts";

const sizes = fc.record({
  widthPx: fc.integer({ min: 1, max: 5000 }),
  heightPx: fc.integer({ min: 1, max: 5000 }),
  stride: fc.constantFrom(1, 8, 16, 32),
  maxWindowPx: fc.integer({ min: 200, max: 1100 }),
  overlapPx: fc.constantFrom(32, 64, 128),
});

describe("planWindows", () => {
  it("covers every pixel with weights that add up to one, on multiples of the network's stride", () => {
    fc.assert(
      fc.property(sizes, ({ widthPx, heightPx, stride, maxWindowPx, overlapPx }) => {
        const plan = planWindows({ widthPx, heightPx }, stride, { maxWindowPx, overlapPx });
        for (const [length, size, offsets] of [
          [widthPx, plan.windowWidthPx, plan.colOffs],
          [heightPx, plan.windowHeightPx, plan.rowOffs],
        ] as const) {
          expect(size % stride).toBe(0);
          expect(size).toBeLessThanOrEqual(Math.max(maxWindowPx, 2 * plan.overlapPx));
          const total = new Int32Array(length);
          offsets.forEach((offset, k) => {
            expect(Math.abs(offset % stride)).toBe(0);
            const weights = blendWeights(size, plan.overlapPx, k > 0, k < offsets.length - 1);
            expect(weights.every((weight) => weight > 0)).toBe(true);
            weights.forEach((weight, i) => {
              const at = offset + i;
              if (at >= 0 && at < length) total[at] = (total[at] ?? 0) + weight;
            });
          });
          expect(total.every((weight) => weight === WEIGHT_ONE)).toBe(true);
        }
        let next = 0;
        plan.rowOffs.forEach((_, row) => {
          const { above, own, below } = swathRuns(plan, row);
          if (row > 0) expect(above).toEqual(swathRuns(plan, row - 1).below);
          expect([above.rowOff, above.rowOff + above.heightPx]).toEqual([next, own.rowOff]);
          expect(below.rowOff).toBe(own.rowOff + own.heightPx);
          next = below.rowOff;
        });
        let nextCol = 0;
        plan.colOffs.forEach((_, col) => {
          const { colOff, widthPx: cols } = finalCols(plan, col);
          expect(colOff).toBe(nextCol);
          expect(cols).toBeGreaterThan(0);
          nextCol += cols;
        });
        expect(nextCol).toBe(widthPx);
        expect(next).toBe(heightPx);
      }),
      { numRuns: 200 },
    );
  });

  it("makes one snug window of a survey that fits", () => {
    const plan = planWindows({ widthPx: 500, heightPx: 90 }, 16);
    expect(plan).toMatchObject({ windowWidthPx: 640, windowHeightPx: 224, colOffs: [-64], rowOffs: [-64] });
  });
});

describe("reflectEdges", () => {
  it("mirrors without repeating the edge, as often as needed", () => {
    expect([-3, -1, 0, 3, 4, 6, 9].map((i) => reflected(i, 4))).toEqual([3, 1, 0, 3, 2, 0, 3]);
    expect(reflected(-5, 1)).toBe(0);
  });

  it("fills what hangs over on every side, bands kept together", () => {
    const inner = Uint8Array.from([1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16]);
    const out = reflectEdges(
      inner,
      { colOff: 0, rowOff: 0, widthPx: 3, heightPx: 2 },
      { colOff: -1, rowOff: -1, widthPx: 5, heightPx: 4 },
      2,
    );
    const first = Array.from({ length: 20 }, (_, i) => out[i * 2]);
    expect(first).toEqual([5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2]);
    expect(out.every((value, i) => i % 2 === 0 || value === (out[i - 1] ?? 0) + 10)).toBe(true);
  });
});
