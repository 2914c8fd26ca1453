import { describe, expect, it } from "vitest";
import { layOutSheet } from "./photoSheet.ts";

const sizes = Array.from({ length: 61 }, (_, i) => ({ widthPx: 90 + ((i * 37) % 211), heightPx: 61 + ((i * 53) % 97) }));

describe("a sheet of photos", () => {
  it("keeps every photo whole, apart from the others by a gutter, at multiples of 32", () => {
    const { widthPx, heightPx, places } = layOutSheet(sizes, 1e9);
    const rects = sizes.map((size, i) => ({ ...size, colOff: places[i]?.colOff ?? -1, rowOff: places[i]?.rowOff ?? -1 }));
    for (const [i, a] of rects.entries()) {
      expect(a.colOff % 32 === 0 && a.rowOff % 32 === 0 && a.colOff >= 0 && a.rowOff >= 0).toBe(true);
      expect(a.colOff + a.widthPx <= widthPx && a.rowOff + a.heightPx <= heightPx).toBe(true);
      for (const b of rects.slice(i + 1)) {
        const apart = Math.max(
          b.colOff - (a.colOff + a.widthPx),
          a.colOff - (b.colOff + b.widthPx),
          b.rowOff - (a.rowOff + a.heightPx),
          a.rowOff - (b.rowOff + b.heightPx),
        );
        expect(apart).toBeGreaterThanOrEqual(32);
      }
    }
    expect(widthPx / heightPx).toBeGreaterThan(0.8);
    expect(widthPx / heightPx).toBeLessThan(2.6);
  });
  it("puts one photo at the corner and none anywhere", () => {
    expect(layOutSheet([{ widthPx: 7, heightPx: 5 }], 100)).toEqual({ widthPx: 7, heightPx: 5, places: [{ colOff: 0, rowOff: 0 }] });
    expect(layOutSheet([], 100).places).toEqual([]);
  });
  it("refuses more pixels than a survey may have", () => {
    expect(() => layOutSheet(sizes, 1e5)).toThrow(/several surveys/);
  });
});
