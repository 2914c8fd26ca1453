import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyAffine, composeAffine, invertAffine, scaleAffine, translateAffine } from "./affine.ts";

const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const affine = fc
  .tuple(number, number, number, number, number, number)
  .filter(([a, b, , d, e]) => Math.abs(a * e - b * d) > 1)
  .map((t) => t as readonly [number, number, number, number, number, number]);

describe("affine", () => {
  it("maps a rotated pixel grid as the equations say", () => {
    expect(applyAffine([17, 5, 100, 10, -8, 200], 3, 7)).toEqual({ x: 17 * 3 + 5 * 7 + 100, y: 10 * 3 - 8 * 7 + 200 });
  });

  it("inverts: there and back", () => {
    fc.assert(
      fc.property(affine, number, number, (t, col, row) => {
        const { x, y } = applyAffine(t, col, row);
        const back = applyAffine(invertAffine(t), x, y);
        // The condition of the matrix bounds how well it can be undone in doubles.
        const condition = 1e-12 * Math.max(...t.map(Math.abs)) ** 2;
        expect(Math.abs(back.x - col)).toBeLessThan(1e-6 + condition * 1e3);
        expect(Math.abs(back.y - row)).toBeLessThan(1e-6 + condition * 1e3);
      }),
    );
  });

  it("composes in the order of its arguments, right one first", () => {
    const first = [2, 1, 5, 0.5, 3, -7] as const;
    const second = [1, -4, 0.25, 6, 2, 9] as const;
    const middle = applyAffine(first, 3, 8);
    expect(applyAffine(composeAffine(second, first), 3, 8)).toEqual(applyAffine(second, middle.x, middle.y));
  });

  it("scales and moves in pixels, not in the CRS", () => {
    const t = [2, 1, 5, 0.5, 3, -7] as const;
    expect(applyAffine(scaleAffine(t, 4, 3), 2, 5)).toEqual(applyAffine(t, 8, 15));
    expect(applyAffine(translateAffine(t, 11, 13), 2, 5)).toEqual(applyAffine(t, 13, 18));
  });

  it("refuses to invert a flat transform", () => {
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(RangeError);
  });
});
