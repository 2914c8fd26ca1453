import { expect, it } from "vitest";
import { mirrored, tileSpans } from "./tiledInput.ts";

it("covers every pixel once, each at least an eighth of a tile from a cut", () => {
  for (const tilePx of [16, 64, 512]) {
    for (let lengthPx = 1; lengthPx < 5 * tilePx; lengthPx += 7) {
      const spans = tileSpans(lengthPx, tilePx);
      let next = 0;
      spans.forEach(({ from, firstPx, endPx }, i) => {
        expect(firstPx).toBe(next);
        expect(endPx).toBeGreaterThan(firstPx);
        if (lengthPx > tilePx) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from + tilePx).toBeLessThanOrEqual(lengthPx);
        }
        if (i > 0) expect(firstPx - from).toBeGreaterThanOrEqual(tilePx / 8 - 1);
        if (i < spans.length - 1) expect(from + tilePx - endPx).toBeGreaterThanOrEqual(tilePx / 8 - 1);
        next = endPx;
      });
      expect(next).toBe(lengthPx);
    }
  }
});

it("mirrors as often as needed", () => {
  expect([-3, -2, -1, 0, 1, 2, 3, 4, 5].map((at) => mirrored(at, 3))).toEqual([1, 2, 1, 0, 1, 2, 1, 0, 1]);
  expect(mirrored(9, 1)).toBe(0);
});
