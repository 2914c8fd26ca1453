import type { Position } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import { crsFromEpsg } from "./crs.ts";
import { distanceMeters } from "./geodesic.ts";
import { pixelToLonLat } from "./grid.ts";
import { shiftBetween, shiftGrid } from "./shiftGrid.ts";

const grids: Record<string, Grid> = {
  // Nearly two degrees from the central meridian: grid north is not north.
  utm: { crs: crsFromEpsg(32618), transform: [0.05, 0, 350_000, 0, -0.05, 3_840_000], widthPx: 9_000, heightPx: 7_000 },
  turned: { crs: crsFromEpsg(32618), transform: [0.04, 0.03, 350_000, 0.03, -0.04, 3_840_000], widthPx: 900, heightPx: 700 },
  // Its metres are 1.2 metres of ground here.
  mercator: { crs: crsFromEpsg(3857), transform: [0.1, 0, -8_500_000, 0, -0.1, 4_100_000], widthPx: 5_000, heightPx: 3_001 },
  degrees: { crs: crsFromEpsg(4326), transform: [5e-7, 0, 179.9999, 0, -5e-7, -17.2], widthPx: 801, heightPx: 1_203 },
};
const centreOf = (grid: Grid): Position => {
  const { lon, lat } = pixelToLonLat(grid)(grid.widthPx / 2, grid.heightPx / 2);
  return [lon, lat];
};

describe("a shifted grid", () => {
  for (const [name, grid] of Object.entries(grids)) {
    it(`lies metres of true east and north away, and comes back from its control point: ${name}`, () => {
      const moved = shiftGrid(grid, { eastMeters: 3.7, northMeters: -12.4 });
      const [before, after] = [centreOf(grid), centreOf(moved)];
      expect(distanceMeters(before, [after[0], before[1]])).toBeCloseTo(3.7, 4);
      expect(distanceMeters(before, [before[0], after[1]])).toBeCloseTo(12.4, 4);
      expect(after[1]).toBeLessThan(before[1]);
      expect(moved.transform.filter((_, i) => i !== 2 && i !== 5)).toEqual(grid.transform.filter((_, i) => i !== 2 && i !== 5));
      const found = shiftBetween(grid, [{ from: before, to: after }]);
      expect(found.eastMeters).toBeCloseTo(3.7, 5);
      expect(found.northMeters).toBeCloseTo(-12.4, 5);
      expect(found.residualsMeters[0]).toBeLessThan(1e-5);
    });
  }

  it("is the mean of several control points, whose distances left are told", () => {
    const { utm } = grids;
    if (!utm) throw new Error("no grid");
    const place = (col: number, row: number): Position => {
      const { lon, lat } = pixelToLonLat(utm)(col, row);
      return [lon, lat];
    };
    // Two metres and four metres along the rows: three, with a metre left at each.
    const pairs = [
      { from: place(100, 200), to: place(140, 200) },
      { from: place(7_000, 5_000), to: place(7_080, 5_000) },
    ];
    const { eastMeters, northMeters, residualsMeters } = shiftBetween(utm, pairs);
    expect(Math.hypot(eastMeters, northMeters)).toBeCloseTo(3, 2);
    for (const residual of residualsMeters) expect(residual).toBeCloseTo(1, 2);
  });

  it("that is not moved is the same, to the bit", () => {
    for (const grid of Object.values(grids)) expect(shiftGrid(grid, { eastMeters: 0, northMeters: 0 })).toBe(grid);
  });
});
