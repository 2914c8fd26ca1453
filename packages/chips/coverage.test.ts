import { describe, expect, it } from "vitest";
import { classShift, coverageBits, coverageMask } from "./coverage.ts";

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

  it("holds the class of reef above what it held: the earlier counts where two overlap, 0 where none is said", () => {
    const window = { colOff: 10, rowOff: 20, widthPx: 7, heightPx: 1 };
    const [live, dead, other] = [box(11, 20, 13, 21), box(12, 20, 15, 21), box(14, 20, 16, 21)];
    const polygons = { examined: [box(11, 20, 17, 21)], labels: [other, dead, live], unsure: [box(13, 20, 14, 21)], ignore: [] };
    const plain = coverageMask(polygons, window, null);
    const told = coverageMask({ ...polygons, classes: [[live], [dead]] }, window, null);
    expect([...told].map((bits) => bits >> classShift)).toEqual([0, 1, 1, 2, 2, 0, 0]);
    expect([...told].map((bits) => bits & 7)).toEqual([...plain]);
    expect((told[5] ?? 0) & reef).toBe(reef);
    const most = Array.from({ length: 15 }, (_, k) => (k === 14 ? [live] : []));
    expect((coverageMask({ ...polygons, classes: most }, window, null)[1] ?? 0) >> classShift).toBe(15);
  });

  it("never takes ground outside an examined area for background", () => {
    const window = { colOff: 0, rowOff: 0, widthPx: 3, heightPx: 2 };
    const mask = coverageMask({ examined: [], labels: [box(0, 0, 2, 2)], unsure: [], ignore: [] }, window, null);
    expect(mask.every((bits) => (bits & examined) === 0)).toBe(true);
  });
});
