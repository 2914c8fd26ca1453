import type { Polygon } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { polygonMeasures } from "./geodesic.ts";
import { gridBounds, gridGsdMeters, lonLatToPixel, pixelToLonLat, polygonToPixels, rescaleGrid } from "./grid.ts";
import { rowPixelAreasM2 } from "./pixelArea.ts";
import { isPixelCrs, pixelCrs, pixelGrid } from "./pixelCrs.ts";

const grid = pixelGrid(98_765, 65_431);

function rectangle(left: number, top: number, right: number, bottom: number): Polygon {
  const at = pixelToLonLat(grid);
  const ring = [
    [left, top],
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
  ].map(([col = 0, row = 0]): [number, number] => {
    const { lon, lat } = at(col, row);
    return [lon, lat];
  });
  return { type: "Polygon", coordinates: [ring] };
}

describe("the pixel CRS", () => {
  it("is told from every other", () => {
    expect(isPixelCrs(pixelCrs)).toBe(true);
    expect(isPixelCrs({ ...pixelCrs, epsg: 6933 })).toBe(false);
    expect(isPixelCrs({ ...pixelCrs, proj4: "+proj=longlat" })).toBe(false);
  });
  it("brings pixel corners back to a millionth of a pixel", () => {
    const there = pixelToLonLat(grid);
    const back = lonLatToPixel(grid);
    for (const [col, row] of [
      [0, 0],
      [98_765, 65_431],
      [12_345, 67],
      [1, 60_000],
    ] as const) {
      const { lon, lat } = there(col, row);
      const found = back(lon, lat);
      expect(Math.abs(found.col - col)).toBeLessThan(1e-6);
      expect(Math.abs(found.row - row)).toBeLessThan(1e-6);
    }
  });
  it("measures pixels: lengths of pixels are 1 exactly, areas on the ellipsoid are square pixels", () => {
    expect(gridGsdMeters(grid)).toBe(1);
    expect(rescaleGrid(grid, 1)).toEqual(grid);
    expect(rescaleGrid(grid, 2.5)).toMatchObject({ transform: [2.5, 0, 0, 0, -2.5, 0], widthPx: 39_506, heightPx: 26_173 });
    expect(rowPixelAreasM2(grid)(60_000)).toBe(1);
    for (const [left, top, width, height] of [
      [0, 0, 1, 1],
      [90_000, 60_000, 3, 2],
      [50_000, 30_000, 920, 614],
    ] as const) {
      const { areaM2 } = polygonMeasures(rectangle(left, top, left + width, top + height));
      expect(areaM2 / (width * height)).toBeCloseTo(1, 5);
    }
  });
  it("keeps rows and columns straight on the map", () => {
    const [ring] = polygonToPixels(grid, rectangle(100, 200, 300, 250));
    expect(Array.from(ring ?? [], Math.round)).toEqual([100, 200, 100, 250, 300, 250, 300, 200, 100, 200]);
    const at = pixelToLonLat(grid);
    expect(at(77, 100).lon).toBe(at(77, 60_000).lon);
    expect(Math.abs(at(77, 100).lat - at(90_000, 100).lat)).toBeLessThan(1e-12);
    expect(gridBounds(grid)).toMatchObject({ west: 0, north: 0 });
  });
});
