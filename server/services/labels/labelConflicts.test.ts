import { pixelToLonLat, polygonToPixels } from "@reefline/geo/grid";
import { memoryRaster } from "@reefline/inference/memoryRaster";
import type { Polygon } from "@reefline/schema/feature";
import { syntheticGrid } from "@reefline/test-kit/surveyGrid";
import { describe, expect, it } from "vitest";
import { labelConflicts } from "./labelConflicts.ts";

const [widthPx, heightPx] = [200, 1_300];
const grid = syntheticGrid(widthPx, heightPx, 0.5);
const toLonLat = pixelToLonLat(grid);
type Box = readonly [west: number, north: number, east: number, south: number];

function box([west, north, east, south]: Box): Polygon {
  const corner = (col: number, row: number): [number, number] => {
    const { lon, lat } = toLonLat(col, row);
    return [lon, lat];
  };
  return {
    type: "Polygon",
    coordinates: [[corner(west, north), corner(west, south), corner(east, south), corner(east, north), corner(west, north)]],
  };
}

const isIn = ([west, north, east, south]: Box, col: number, row: number) => col >= west && col < east && row >= north && row < south;
const bytes = (value: (col: number, row: number) => number) =>
  Uint8Array.from({ length: widthPx * heightPx }, (_, i) => value(i % widthPx, Math.floor(i / widthPx)));

describe("labelConflicts", () => {
  it("finds whole patches of another class, over the borders of the stripes it reads, with both names", async () => {
    // Ground is read 512 rows at a time: the first label lies across two such borders.
    const live: Box = [20, 500, 80, 1_040];
    const dead: Box = [80, 500, 140, 560];
    const labels = [live, dead];
    const found = await labelConflicts({
      surveyId: "sv_0123456789abcdefghj",
      probability: memoryRaster(
        grid,
        ["probability"],
        bytes((col, row) => (labels.some((one) => isIn(one, col, row)) ? 250 : 2)),
      ),
      truth: labels.map(box),
      area: [box([0, 0, widthPx, heightPx])],
      within: [box([0, 0, widthPx, heightPx])],
      ignore: [],
      classes: {
        names: ["live", "dead"],
        truth: [[box(live)], [box(dead)]],
        // Below row 600 the live one is called dead, the dead one is called live throughout.
        predicted: memoryRaster(
          grid,
          ["class"],
          bytes((col, row) => (isIn(dead, col, row) ? 1 : isIn(live, col, row) ? (row < 600 ? 1 : 2) : 0)),
        ),
      },
      sure: 0.9,
    });
    const seen = found.map(({ kind, classes, geometry, probability, areaM2 }) => {
      const ring = polygonToPixels(grid, geometry)[0] ?? [];
      const [cols, rows] = [0, 1].map((odd) =>
        Array.from(ring)
          .filter((_, i) => i % 2 === odd)
          .map(Math.round),
      );
      const extent = [Math.min(...(cols ?? [])), Math.min(...(rows ?? [])), Math.max(...(cols ?? [])), Math.max(...(rows ?? []))];
      return { kind, ...classes, extent, probability: Number(probability.toFixed(3)), areaM2: Math.round(areaM2 / 100) };
    });
    // Two pixels along every outline say nothing.
    expect(seen.sort((a, b) => b.areaM2 - a.areaM2)).toEqual([
      { kind: "other-class", labelled: "live", told: "dead", extent: [22, 600, 78, 1_038], probability: 0.98, areaM2: 61 },
      { kind: "other-class", labelled: "dead", told: "live", extent: [82, 502, 138, 558], probability: 0.98, areaM2: 8 },
    ]);
  });
});
