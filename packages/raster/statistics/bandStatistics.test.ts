import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BandCount, bandStatistics, countBlock, joinCounts, stretchOf } from "./bandStatistics.ts";
import { histogramPercentile, storedHistogram } from "./valueHistogram.ts";

/** Counts every value by the book. */
function counted(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { min: Math.min(...values), max: Math.max(...values), mean, std: Math.sqrt(squares / values.length) };
}

const whole = (data: Uint8Array | Uint16Array | Float32Array, valid: Uint8Array, bandCount: number, widthPx: number) =>
  countBlock({ data, valid, bandCount, pitchPx: widthPx, offsetPx: 0, widthPx, heightPx: valid.length / widthPx, allValid: false });

const kinds = [
  { make: (values: number[]) => Uint8Array.from(values, (value) => Math.abs(value) % 256), name: "uint8" },
  { make: (values: number[]) => Uint16Array.from(values, (value) => Math.abs(value) % 65_536), name: "uint16" },
  { make: (values: number[]) => Float32Array.from(values, (value) => value / 977 + 12), name: "float32" },
];

describe("countBlock", () => {
  it("counts what is valid, per band, the same in one block as in several joined in any order", () => {
    const arbitrary = fc.record({
      kind: fc.constantFrom(...kinds),
      bandCount: fc.integer({ min: 1, max: 4 }),
      widthPx: fc.integer({ min: 1, max: 17 }),
      heights: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(arbitrary, ({ kind, bandCount, widthPx, heights, seed }) => {
        const heightPx = heights.reduce((sum, height) => sum + height, 0);
        let state = seed;
        const next = () => {
          state = Math.imul(state, 1_664_525) + 1_013_904_223;
          return state >> 12;
        };
        const data = kind.make(Array.from({ length: widthPx * heightPx * bandCount }, next));
        const valid = Uint8Array.from({ length: widthPx * heightPx }, () => (next() % 3 === 0 ? 0 : 1));
        let offset = 0;
        const parts = heights.map((height) => {
          const block = { data, valid, bandCount, pitchPx: widthPx, offsetPx: offset, widthPx, heightPx: height, allValid: false };
          offset += height * widthPx;
          return countBlock(block);
        });
        const once = whole(data, valid, bandCount, widthPx);
        for (let band = 0; band < bandCount; band++) {
          const values = Array.from(valid.keys())
            .filter((pixel) => valid[pixel] === 1)
            .map((pixel) => data[pixel * bandCount + band] ?? Number.NaN);
          const forwards = parts.reduce<BandCount | null>((sum, part) => joinCounts(sum, part[band] ?? null), null);
          const backwards = parts.reduceRight<BandCount | null>((sum, part) => joinCounts(sum, part[band] ?? null), null);
          if (values.length === 0) {
            expect([once[band], forwards, backwards]).toEqual([null, null, null]);
            continue;
          }
          const want = counted(values);
          for (const count of [once[band] ?? null, forwards, backwards]) {
            const got = bandStatistics(count, valid.length, false);
            expect(got).toMatchObject({ min: want.min, max: want.max });
            expect(got?.mean).toBeCloseTo(want.mean, 6);
            expect(got?.std).toBeCloseTo(want.std, 6);
            expect(got?.validFraction).toBeCloseTo(values.length / valid.length, 12);
            expect(got?.histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(values.length);
          }
          expect(forwards?.histogram).toEqual(backwards?.histogram);
        }
      }),
      { numRuns: 80 },
    );
  });

  it("finds the 2nd and 98th percentile as numpy does, within a bin", () => {
    // numpy.percentile(numpy.arange(10007) % 4001 * 3 + 500, [2, 98]) is [701, 12143.5]
    const values = Uint16Array.from({ length: 10_007 }, (_, i) => (i % 4_001) * 3 + 500);
    const [count] = whole(values, new Uint8Array(10_007).fill(1), 1, 10_007);
    const stretch = count ? stretchOf(count) : null;
    const sorted = [...values].sort((a, b) => a - b);
    const width = 2 ** (count?.histogram.exponent ?? 0);
    expect(Math.abs((stretch?.low ?? 0) - (sorted[Math.floor(0.02 * 10_006)] ?? 0))).toBeLessThanOrEqual(2 * width + 3);
    expect(Math.abs((stretch?.high ?? 0) - (sorted[Math.floor(0.98 * 10_006)] ?? 0))).toBeLessThanOrEqual(2 * width + 3);
  });

  it("keeps its bins narrow where values lie close together far from 0, and says so when a far value widened them", () => {
    const depths = Float32Array.from({ length: 4_907 }, (_, i) => 1_234 + (i % 701) / 1_000);
    const [near] = whole(depths, new Uint8Array(4_907).fill(1), 1, 7);
    expect(near && histogramPercentile(near.histogram, 0.5)).toBeCloseTo(1_234.35, 2);
    depths[77] = 3e38;
    const [far] = whole(depths, new Uint8Array(4_907).fill(1), 1, 7);
    expect(far && stretchOf(far)).toBeNull();
  });

  it("stores at most 512 bins that add up", () => {
    const values = Uint16Array.from({ length: 40_000 }, (_, i) => (i * 7_919) % 65_536);
    const [count] = whole(values, new Uint8Array(40_000).fill(1), 1, 200);
    const stored = count && storedHistogram(count.histogram);
    expect(stored?.counts.length).toBeLessThanOrEqual(512);
    expect(stored?.counts.length).toBeGreaterThan(256);
    expect(stored?.counts.reduce((sum, n) => sum + n, 0)).toBe(40_000);
  });
});
