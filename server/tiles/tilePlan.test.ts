import { crsFromEpsg } from "@reefline/geo/crs";
import { lonLatToPixel, pixelToLonLat } from "@reefline/geo/grid";
import { mercatorHalfWidth, mercatorToLonLat, tileOfLonLat } from "@reefline/geo/mercator";
import type { Grid } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import { planTile } from "./tilePlan.ts";

const survey: Grid = { crs: crsFromEpsg(32645), transform: [0.13, 0, 353_875, 0, -0.13, 3_057_565], widthPx: 5691, heightPx: 4149 };
const rotated: Grid = { ...survey, transform: [0.11, 0.06, 353_875, 0.05, -0.12, 3_057_565] };
const wide: Grid = { crs: crsFromEpsg(32660), transform: [100, 0, 570_585, 0, -100, 5_847_615], widthPx: 2325, heightPx: 2355 };
const globe: Grid = { crs: crsFromEpsg(4326), transform: [0.5, 0, -180, 0, 0.5, -90], widthPx: 720, heightPx: 360 };

const withLevels = (grid: Grid, factors: number[]) => ({
  grid,
  levels: [1, ...factors].map((factor) => ({
    widthPx: Math.ceil(grid.widthPx / factor),
    heightPx: Math.ceil(grid.heightPx / factor),
    blockWidthPx: 512,
    blockHeightPx: 512,
  })),
});

const centre = (grid: Grid) => pixelToLonLat(grid)(grid.widthPx * 0.45, grid.heightPx * 0.55);

describe("planTile", () => {
  it.each([
    ["UTM", survey, [15, 17, 19, 21, 23]],
    ["rotated", rotated, [16, 18, 20]],
    ["across the antimeridian", wide, [5, 7, 9, 11]],
    ["the globe", globe, [0, 1, 3, 6]],
  ] as const)("%s: every position is within an eighth of a pixel of the exact one", (_, grid, zooms) => {
    const raster = withLevels(grid, []);
    const toPixel = lonLatToPixel(grid);
    const { lon, lat } = centre(grid);
    for (const z of zooms) {
      const { x, y } = tileOfLonLat(z, lon, lat);
      const plan = planTile(raster, z, x, y, 256);
      if (!plan) throw new Error("the tile at the centre of the raster must not be empty");
      const factorX = plan.source.kind === "scaled" ? plan.source.grid.transform[0] / grid.transform[0] : 1;
      const factorY = plan.source.kind === "scaled" ? plan.source.grid.transform[4] / grid.transform[4] : 1;
      const size = (2 * mercatorHalfWidth) / 2 ** z / 256;
      let checked = 0;
      let worst = 0;
      for (let i = 0; i < 65_536; i += 13) {
        const place = mercatorToLonLat(
          (x * 256 + (i % 256) + 0.5) * size - mercatorHalfWidth,
          mercatorHalfWidth - (y * 256 + Math.floor(i / 256) + 0.5) * size,
        );
        const exact = toPixel(place.lon, place.lat);
        const col = plan.cols[i]!;
        if (Number.isNaN(col)) {
          const inside = exact.col > 0.2 && exact.row > 0.2 && exact.col < grid.widthPx - 0.2 && exact.row < grid.heightPx - 0.2;
          if (inside) throw new Error(`${z}: tile pixel ${i} shows nothing where there is ground`);
          continue;
        }
        checked++;
        worst = Math.max(worst, Math.abs((col + plan.window.colOff) * factorX - exact.col));
        worst = Math.max(worst, Math.abs((plan.rows[i]! + plan.window.rowOff) * factorY - exact.row));
      }
      // In pixels of the tile where those are the larger ones.
      expect(worst, `zoom ${z}`).toBeLessThan(0.125 * Math.max(1, factorX * 2));
      expect(checked).toBeGreaterThan(0);
    }
  });

  it("picks the coarsest overview that is as fine as the tile, and averages where none is", () => {
    const raster = withLevels(survey, [2, 4, 8]);
    const { lon, lat } = centre(survey);
    const chosen = [20, 19, 18, 17, 16, 15].map((z) => {
      const { x, y } = tileOfLonLat(z, lon, lat);
      const plan = planTile(raster, z, x, y, 256);
      return plan?.source.kind === "level" ? plan.source.level : Math.round((plan?.source.grid.transform[0] ?? 0) / survey.transform[0]);
    });
    // Ground under a tile pixel: 0.132, 0.264, 0.529, 1.06, 2.1, 4.2 m; a pixel is 0.13 m.
    expect(chosen).toEqual([0, 1, 2, 3, 16, 32]);
  });

  it("reads a window hardly larger than the tile", () => {
    const { lon, lat } = centre(survey);
    for (const z of [17, 18, 19, 20, 21]) {
      const { x, y } = tileOfLonLat(z, lon, lat);
      const plan = planTile(withLevels(survey, [2, 4, 8]), z, x, y, 256);
      expect(plan!.window.widthPx).toBeLessThan(256 * 2.2);
      expect(plan!.window.heightPx).toBeLessThan(256 * 2.2);
    }
  });

  it("is null beside the raster, for tiles that do not exist, and on the other side of the globe", () => {
    const raster = withLevels(survey, []);
    const { lon, lat } = centre(survey);
    const { x, y } = tileOfLonLat(18, lon, lat);
    expect(planTile(raster, 18, x + 20, y, 256)).toBeNull();
    expect(planTile(raster, 18, x, y - 20, 256)).toBeNull();
    expect(planTile(raster, 99, 0, 0, 256)).toBeNull();
    expect(planTile(raster, 18, -1, y, 256)).toBeNull();
    const opposite = tileOfLonLat(3, lon - 180, -lat);
    expect(planTile(raster, 3, opposite.x, opposite.y, 256)).toBeNull();
  });

  it("both sides of the antimeridian show ground", () => {
    const raster = withLevels(wide, [4]);
    for (const lon of [179.5, -179.5]) {
      const { x, y } = tileOfLonLat(8, lon, 51.7);
      const plan = planTile(raster, 8, x, y, 256);
      expect(plan!.cols.some((col) => !Number.isNaN(col))).toBe(true);
    }
  });

  it("pixels of 512 on a side look at the same ground in half the steps", () => {
    const raster = withLevels(survey, []);
    const { lon, lat } = centre(survey);
    const { x, y } = tileOfLonLat(21, lon, lat);
    const small = planTile(raster, 21, x, y, 256)!;
    const large = planTile(raster, 21, x, y, 512)!;
    const at = (plan: typeof small, px: number, py: number) => plan.cols[py * plan.sizePx + px]! + plan.window.colOff;
    const mean = (at(large, 200, 100) + at(large, 201, 100) + at(large, 200, 101) + at(large, 201, 101)) / 4;
    expect(mean).toBeCloseTo(at(small, 100, 50), 1);
  });
});
