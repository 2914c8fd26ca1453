import { describe, expect, it } from "vitest";
import { coverageBits, coverageMask } from "./coverage.ts";

const box = (left: number, top: number, right: number, bottom: number) => [
  Float64Array.from([left, top, right, top, right, bottom, left, bottom, left, top]),
];
const { measured, examined, reef } = coverageBits;

describe("coverageMask", () => {
  it("tells reef, examined and empty, and not examined apart", () => {
    const window = { colOff: 10, rowOff: 20, widthPx: 7, heightPx: 1 };
    const nodata = Uint8Array.from([1, 1, 1, 1, 1, 0, 1]);
    const mask = coverageMask(
      {
        examined: [box(11, 20, 16, 21)],
        labels: [box(10, 20, 13, 21)],
        unsure: [box(13, 20, 14, 21)],
        ignore: [box(11, 20, 12, 21)],
      },
      window,
      nodata,
    );
    expect([...mask]).toEqual([
      measured | reef, // labelled, but nobody said the ground was examined
      measured | reef, // ignored
      measured | examined | reef,
      measured, // unsure
      measured | examined, // examined and empty
      0, // nodata, though examined
      measured, // outside
    ]);
  });

  it("never takes ground outside an examined area for background", () => {
    const window = { colOff: 0, rowOff: 0, widthPx: 3, heightPx: 2 };
    const mask = coverageMask({ examined: [], labels: [box(0, 0, 2, 2)], unsure: [], ignore: [] }, window, null);
    expect(mask.every((bits) => (bits & examined) === 0)).toBe(true);
  });
});
