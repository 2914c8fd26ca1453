import type { SurveyImage } from "@reefline/schema/survey";
import { describe, expect, it } from "vitest";
import { thumbnailTiles } from "./thumbnailTile.ts";

const image: SurveyImage = {
  assetId: "as_0000000000000000000",
  version: "1",
  grid: {
    crs: { epsg: 32617, proj4: "+proj=utm +zone=17", kind: "projected", metersPerUnit: 1, name: "UTM" },
    transform: [1, 0, 0, 0, -1, 0],
    widthPx: 900,
    heightPx: 400,
  },
  bounds: { west: -76.62, south: 34.69, east: -76.61, north: 34.694 },
  gsdMeters: 1,
  sampleType: "uint8",
  bands: [{ name: "red", stretch: { low: 0, high: 255 } }],
  maskKind: "none",
  nodata: null,
  sizeBytes: 1,
  sourceFileName: "a.tif",
};

describe("thumbnailTiles", () => {
  it("covers the survey with few tiles of one zoom, its frame inside them", () => {
    const { tiles, frame } = thumbnailTiles(image);
    expect(tiles.length).toBeGreaterThanOrEqual(1);
    expect(tiles.length).toBeLessThanOrEqual(9);
    expect(frame.width).toBeGreaterThan(0.9);
    expect(frame.width).toBeLessThanOrEqual(1.8);
    // 0.01° of longitude by 0.004° of latitude, in Mercator's proportions at 34.69° N.
    expect(frame.width / frame.height).toBeCloseTo((0.01 / 0.004) * Math.cos((34.692 * Math.PI) / 180), 3);
    expect(Math.max(...tiles.map((tile) => tile.left)) + 1).toBeGreaterThanOrEqual(frame.left + frame.width);
    expect(Math.max(...tiles.map((tile) => tile.top)) + 1).toBeGreaterThanOrEqual(frame.top + frame.height);
    expect(frame.left).toBeGreaterThanOrEqual(0);
    expect(frame.left).toBeLessThan(1);
  });
});
