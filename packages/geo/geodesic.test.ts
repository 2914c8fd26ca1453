import { readFileSync } from "node:fs";
import type { Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { distanceMeters, polygonAreaM2, polygonPerimeterMeters } from "./geodesic.ts";

interface Golden {
  areas: { ring: Position[]; areaM2: number; perimeterMeters: number }[];
  distances: { a: Position; b: Position; meters: number }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL("../../tests/golden/geo/geo.json", import.meta.url), "utf8"));

const closed = (ring: Position[]): Position[] => [...ring, ring[0]!];

describe("geodesic", () => {
  it("areas and perimeters equal GeographicLib's, from a few square centimetres to the Arctic", () => {
    for (const { ring, areaM2, perimeterMeters } of golden.areas) {
      const polygon = { type: "Polygon" as const, coordinates: [closed(ring)] };
      // Each geodesic edge is good to about 1e-5 m², which shows only in the ring of a few square centimetres.
      expect(Math.abs(polygonAreaM2(polygon) - areaM2)).toBeLessThan(2e-5 + areaM2 * 1e-9);
      expect(Math.abs(polygonPerimeterMeters(polygon) / perimeterMeters - 1)).toBeLessThan(1e-9);
    }
  });

  it("subtracts holes and adds their edges, whichever way they wind", () => {
    const outer = golden.areas[4]!;
    const hole: Position[] = [
      [-75.58, 37.41],
      [-75.57, 37.43],
      [-75.55, 37.42],
    ];
    const alone = { type: "Polygon" as const, coordinates: [closed(hole)] };
    for (const ring of [hole, [...hole].reverse()]) {
      const polygon = { type: "Polygon" as const, coordinates: [closed(outer.ring), closed(ring)] };
      expect(polygonAreaM2(polygon)).toBeCloseTo(outer.areaM2 - polygonAreaM2(alone), 3);
      expect(polygonPerimeterMeters(polygon)).toBeCloseTo(outer.perimeterMeters + polygonPerimeterMeters(alone), 3);
    }
  });

  it("distances equal GeographicLib's", () => {
    for (const { a, b, meters } of golden.distances) expect(distanceMeters(a, b)).toBeCloseTo(meters, 6);
  });
});
