import { describe, expect, it } from "vitest";
import { autoStretch, handleRange, handleStep, histogramBars, valueAtShare } from "./autoStretch.ts";

/** 100 bins of ten values each from 1 000: 10 pixels in each, and 40 stray ones at the far end. */
const histogram = { low: 1000, binWidth: 10, counts: [...new Array<number>(99).fill(10), 50] };
const statistics = { min: 1000, max: 1999, mean: 1500, std: 290, validFraction: 1, histogram, approximate: false };
const band = { stretch: { low: 900, high: 2100 }, statistics };

describe("valueAtShare", () => {
  it("is linear within a bin", () => {
    expect(valueAtShare(histogram, 0)).toBe(1000);
    // 1 040 pixels in all; 52 of them are five bins and a fifth.
    expect(valueAtShare(histogram, 0.05)).toBeCloseTo(1052, 9);
    expect(valueAtShare(histogram, 1)).toBeCloseTo(2000, 9);
    expect(valueAtShare({ low: 0, binWidth: 1, counts: [0, 0, 4, 0] }, 0.5)).toBe(2.5);
  });

  it("has no answer for no pixels", () => {
    expect(valueAtShare({ low: 0, binWidth: 1, counts: [0, 0] }, 0.5)).toBeNull();
  });
});

describe("autoStretch", () => {
  it("leaves out 2 % at either end, in whole numbers for whole numbers", () => {
    // 20.8 pixels from below: 1020.8; from above 20.8 of the last bin's 50: 1995.84.
    expect(autoStretch(band, "uint16")).toEqual({ low: 1020, high: 1996 });
    expect(autoStretch(band, "float32")).toEqual({ low: 1020.8, high: 1995.8 });
  });

  it("gives numbers to a ten-thousandth of the range", () => {
    const small = { ...statistics, histogram: { ...histogram, low: 0.1, binWidth: 0.0001 } };
    const { low, high } = autoStretch({ ...band, statistics: small }, "float32");
    expect([low, high].map(String)).toEqual(["0.100208", "0.109958"]);
  });

  it("takes the image's own stretch where nothing was counted", () => {
    expect(autoStretch({ stretch: band.stretch }, "uint16")).toEqual(band.stretch);
    expect(autoStretch({ stretch: band.stretch, statistics: null }, "uint16")).toEqual(band.stretch);
  });

  it("never gives an empty range", () => {
    const flat = { ...statistics, histogram: { low: 7, binWidth: 1, counts: [12] } };
    const { low, high } = autoStretch({ ...band, statistics: flat }, "uint8");
    expect(high).toBeGreaterThan(low);
  });
});

describe("handles", () => {
  it("reach over nearly all values, what is shown, and the image's own stretch", () => {
    expect(handleRange(band, "uint16", { low: 500, high: 1500 })).toEqual({ low: 500, high: 2100 });
    expect(handleRange({ stretch: { low: 1100, high: 1200 }, statistics }, "uint16", { low: 1100, high: 1200 })).toEqual({
      low: 1001,
      high: 1999 + 1,
    });
    expect(handleRange({ stretch: { low: 10, high: 20 } }, "float32", { low: 10, high: 20 })).toEqual({ low: 5, high: 25 });
    expect(handleRange(band, "uint8", { low: 20, high: 180 })).toEqual({ low: 0, high: 255 });
  });

  it("move by round steps", () => {
    expect(handleStep({ low: 0, high: 255 }, "uint8")).toBe(2);
    expect(handleStep({ low: 0, high: 60_000 }, "uint16")).toBe(500);
    expect(handleStep({ low: 0, high: 30 }, "int16")).toBe(1);
    expect(handleStep({ low: -1, high: 1 }, "float32")).toBeCloseTo(0.01, 12);
    expect(handleStep({ low: 3, high: 3 }, "float32")).toBe(1);
  });
});

describe("histogramBars", () => {
  it("spreads wide bins and gathers narrow ones, as square roots", () => {
    const counts = { low: 0, binWidth: 2, counts: [8, 32] };
    expect(histogramBars(counts, { low: 0, high: 4 }, 4)).toEqual([0.5, 0.5, 1, 1]);
    expect(histogramBars(counts, { low: -4, high: 4 }, 2)).toEqual([0, 1]);
    expect(histogramBars(counts, { low: 2, high: 2 }, 3)).toEqual([0, 0, 0]);
  });
});
