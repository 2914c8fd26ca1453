import { readFileSync } from "node:fs";
import type { Window } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import { rasterizePolygons } from "./rasterizePolygons.ts";

// Made by GDAL: tests/golden/rasterize/make.py.
const golden = JSON.parse(readFileSync(new URL("../../tests/golden/rasterize/rasterize.json", import.meta.url), "utf8")) as {
  polygons: [number, number][][][];
  window: Window;
  mask: string[];
};
const ring = (points: readonly (readonly [number, number])[]) => Float64Array.from(points.flat());

describe("rasterizePolygons", () => {
  it("burns the same pixels as GDAL: holes, overlaps, polygons over the window's edge", () => {
    const mask = rasterizePolygons(
      golden.polygons.map((rings) => rings.map(ring)),
      golden.window,
    );
    const { widthPx, heightPx } = golden.window;
    const rows = Array.from({ length: heightPx }, (_, row) => mask.subarray(row * widthPx, (row + 1) * widthPx).join(""));
    expect(rows).toEqual(golden.mask);
    expect(mask.filter((value) => value === 1).length).toBeGreaterThan(400);
  });

  it("gives each pixel to one of two polygons that share an edge through its centre", () => {
    const window = { colOff: 0, rowOff: 0, widthPx: 6, heightPx: 3 };
    const box = (left: number, right: number) => [
      ring([
        [left, 0.5],
        [right, 0.5],
        [right, 2.5],
        [left, 2.5],
        [left, 0.5],
      ]),
    ];
    const left = rasterizePolygons([box(0.5, 3.5)], window);
    const right = rasterizePolygons([box(3.5, 5.5)], window);
    expect([...left]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...right]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  });
});
