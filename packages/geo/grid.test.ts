import type { Grid } from "@reefline/schema/grid";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crsFromEpsg } from "./crs.ts";
import { polygonAreaM2 } from "./geodesic.ts";
import { gridBounds, gridGsdMeters, gridPixelMeters, lonLatToPixel, pixelToLonLat, polygonToPixels, rescaleGrid } from "./grid.ts";
import { rowPixelAreasM2 } from "./pixelArea.ts";

const utm45: Grid = {
  crs: crsFromEpsg(32645),
  transform: [0.13210043284710518, 0, 353875.0712935907, 0, -0.13210043284710518, 3057565.2304397123],
  widthPx: 5691,
  heightPx: 4149,
};
const rotated: Grid = { ...utm45, transform: [0.09, 0.05, 353875, 0.04, -0.11, 3057565], widthPx: 801, heightPx: 1203 };
const dateline: Grid = {
  crs: crsFromEpsg(32660),
  transform: [100.01290322580645, 0, 570585, 0, -100.01273885350318, 5847615],
  widthPx: 2325,
  heightPx: 2355,
};
const globe: Grid = { crs: crsFromEpsg(4326), transform: [0.5, 0, -180, 0, 0.5, -90], widthPx: 720, heightPx: 360 };

describe("grid", () => {
  it("pixel to lon/lat and back, rotated, across the antimeridian and inverted", () => {
    for (const grid of [utm45, rotated, dateline, globe]) {
      const forward = pixelToLonLat(grid);
      const back = lonLatToPixel(grid);
      fc.assert(
        fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (u, v) => {
          const { lon, lat } = forward(u * grid.widthPx, v * grid.heightPx);
          expect(lon).toBeGreaterThanOrEqual(-180);
          expect(lon).toBeLessThanOrEqual(180);
          const pixel = back(lon, lat);
          expect(pixel.col).toBeCloseTo(u * grid.widthPx, 4);
          expect(pixel.row).toBeCloseTo(v * grid.heightPx, 4);
        }),
        { numRuns: 40 },
      );
    }
  });

  it("bounds equal rasterio's transform_bounds, and cross the antimeridian", () => {
    // rasterio.warp.transform_bounds(src.crs, "EPSG:4326", *src.bounds, densify_pts=21)
    const b = gridBounds(utm45);
    expect([b.west, b.south, b.east, b.north].map((v) => Number(v.toFixed(5)))).toEqual([85.51889, 27.62932, 85.52657, 27.63435]);
    const d = gridBounds(dateline);
    expect(d.west).toBeGreaterThan(d.east);
    expect(d.west).toBeCloseTo(177.99857, 3);
    expect(d.east).toBeCloseTo(-178.51382, 3);
    expect(gridBounds(globe)).toEqual({ west: -180, south: -90, east: 180, north: 90 });
  });

  it("a grid around the pole covers every longitude", () => {
    const polar: Grid = { crs: crsFromEpsg(3031), transform: [1000, 0, -400000, 0, -1000, 300000], widthPx: 700, heightPx: 500 };
    const bounds = gridBounds(polar);
    expect(bounds).toMatchObject({ west: -180, east: 180, south: -90 });
    expect(bounds.north).toBeLessThan(-84);
  });

  it("gsd is metres on the ground, also in degrees and in feet", () => {
    expect(gridGsdMeters(utm45)).toBeCloseTo(0.1321, 3);
    const feet: Grid = { crs: crsFromEpsg(2264), transform: [2, 0, 2e6, 0, -2, 7e5], widthPx: 100, heightPx: 50 };
    expect(gridGsdMeters(feet)).toBeCloseTo(0.6096, 3);
    const degrees: Grid = { crs: crsFromEpsg(4326), transform: [1e-6, 0, -75.6, 0, -1e-6, 60], widthPx: 100, heightPx: 50 };
    const { colMeters, rowMeters } = gridPixelMeters(degrees);
    expect(colMeters).toBeCloseTo(0.0558, 4);
    expect(rowMeters).toBeCloseTo(0.1114, 4);
  });

  it("rescales to square ground pixels, keeping origin and orientation", () => {
    const model = rescaleGrid(rotated, 0.25);
    const { colMeters, rowMeters } = gridPixelMeters(model);
    expect(colMeters).toBeCloseTo(0.25, 4);
    expect(rowMeters).toBeCloseTo(0.25, 4);
    expect(model.transform[2]).toBe(rotated.transform[2]);
    expect(model.transform[1] / model.transform[4]).toBeCloseTo(rotated.transform[1] / rotated.transform[4], 12);
    const ground = gridPixelMeters(rotated);
    expect(model.widthPx).toBe(Math.ceil((801 * ground.colMeters) / 0.25 - 0.01));
    expect(model.heightPx).toBe(Math.ceil((1203 * ground.rowMeters) / 0.25 - 0.01));
  });

  it("rescaling to its own gsd keeps its size", () => {
    expect(rescaleGrid(utm45, gridGsdMeters(utm45))).toMatchObject({ widthPx: 5691, heightPx: 4149 });
  });

  it("turns rings into pixels, holes included", () => {
    const forward = pixelToLonLat(rotated);
    const corner = (col: number, row: number): [number, number] => {
      const { lon, lat } = forward(col, row);
      return [lon, lat];
    };
    const rings = polygonToPixels(rotated, {
      type: "Polygon",
      coordinates: [
        [corner(3, 5), corner(90, 7), corner(40, 120), corner(3, 5)],
        [corner(30, 20), corner(35, 40), corner(50, 30), corner(30, 20)],
      ],
    });
    expect(Array.from(rings[0]!, (v) => Math.round(v * 1e4) / 1e4)).toEqual([3, 5, 90, 7, 40, 120, 3, 5]);
    expect(Array.from(rings[1]!, (v) => Math.round(v * 1e4) / 1e4)).toEqual([30, 20, 35, 40, 50, 30, 30, 20]);
  });
});

describe("rowPixelAreasM2", () => {
  it("equals the geodesic area of that pixel's outline", () => {
    const cases: [Grid, number[]][] = [
      [utm45, [0, 1777, 4148]],
      [rotated, [0, 600, 1202]],
      [dateline, [3, 1200, 2354]],
      [globe, [20, 170, 333]],
    ];
    for (const [grid, rows] of cases) {
      const areaOfRow = rowPixelAreasM2(grid);
      const forward = pixelToLonLat(grid);
      for (const row of rows) {
        // A block of pixels about the centre of the row: one pixel alone drowns in rounding for centimetre pixels.
        const n = grid === globe || grid === dateline ? 0.5 : 40;
        const col = grid.widthPx / 2;
        const middle = row + 0.5;
        const corners = [
          [col - n, middle + n],
          [col + n, middle + n],
          [col + n, middle - n],
          [col - n, middle - n],
          [col - n, middle + n],
        ].map(([c, r]) => {
          const { lon, lat } = forward(c!, r!);
          return [lon, lat] as [number, number];
        });
        const expected = polygonAreaM2({ type: "Polygon", coordinates: [corners] }) / (2 * n) ** 2;
        // The half-degree globe's edges are parallels, not geodesics: 1e-4 is that difference.
        expect(Math.abs(areaOfRow(row) / expected - 1)).toBeLessThan(grid === globe ? 2e-4 : 1e-6);
      }
    }
  });

  it("sums to the ellipsoid's surface over the globe", () => {
    const areaOfRow = rowPixelAreasM2(globe);
    let total = 0;
    for (let row = 0; row < globe.heightPx; row++) total += areaOfRow(row) * globe.widthPx;
    expect(Math.abs(total / 510_065_621_724_088 - 1)).toBeLessThan(2e-5);
  });
});
