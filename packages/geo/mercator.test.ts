import { describe, expect, it } from "vitest";
import { boundsIntersect, normalizeLon } from "./bounds.ts";
import { isTile, lonLatToMercator, mercatorToLonLat, tileBounds, tileOfLonLat } from "./mercator.ts";

describe("mercator", () => {
  it("equals mercantile", () => {
    // mercantile.bounds(mercantile.Tile(241343, 109979, 18)) and mercantile.xy(85.5, 27.625)
    const b = tileBounds(18, 241343, 109979);
    expect(b.west).toBeCloseTo(151.43417358398438, 10);
    expect(b.south).toBeCloseTo(27.80506896781308, 10);
    const m = lonLatToMercator(85.5, 27.625);
    expect(m.y).toBeCloseTo(3201776.6087356, 6);
    expect(m.x).toBeCloseTo(9517816.46282489, 6);
    const back = mercatorToLonLat(m.x, m.y);
    expect(back.lon).toBeCloseTo(85.5, 12);
    expect(back.lat).toBeCloseTo(27.625, 12);
  });

  it("finds the tile that holds a position", () => {
    const { x, y } = tileOfLonLat(19, 85.5, 27.625);
    const b = tileBounds(19, x, y);
    expect(b.west).toBeLessThanOrEqual(85.5);
    expect(b.east).toBeGreaterThan(85.5);
    expect(b.south).toBeLessThanOrEqual(27.625);
    expect(b.north).toBeGreaterThan(27.625);
  });

  it("knows what is a tile", () => {
    expect(isTile(3, 7, 0)).toBe(true);
    for (const [z, x, y] of [
      [99, 0, 0],
      [3, 8, 0],
      [3, -1, 2],
      [2.5, 0, 0],
      [3, 1, Number.NaN],
    ] as const) {
      expect(isTile(z, x, y)).toBe(false);
    }
  });
});

describe("bounds", () => {
  it("meet across the antimeridian", () => {
    const fiji = { west: 177, south: -20, east: -178, north: -15 };
    expect(boundsIntersect(fiji, { west: -179, south: -18, east: -170, north: -17 })).toBe(true);
    expect(boundsIntersect(fiji, { west: 170, south: -18, east: 178, north: -17 })).toBe(true);
    expect(boundsIntersect(fiji, { west: -177, south: -18, east: 176, north: -17 })).toBe(false);
    expect(boundsIntersect(fiji, { west: 178, south: -30, east: 179, north: -21 })).toBe(false);
    expect(boundsIntersect({ west: -180, south: -90, east: 180, north: 90 }, fiji)).toBe(true);
  });

  it("normalizes longitudes", () => {
    expect(normalizeLon(190)).toBe(-170);
    expect(normalizeLon(-190)).toBe(170);
    expect(normalizeLon(180)).toBe(180);
    expect(normalizeLon(540)).toBe(180);
  });
});
