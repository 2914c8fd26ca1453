import type { Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { polygonAreaM2 } from "./geodesic.ts";
import { quickPolygonAreaM2 } from "./quickArea.ts";

const ring = (lon: number, lat: number, radius: number, corners: number): Position[] => {
  const all = Array.from({ length: corners }, (_, i): Position => {
    const angle = (i / corners) * 2 * Math.PI + 0.1;
    return [lon + radius * Math.cos(angle) * (1 + 0.3 * Math.sin(3 * angle)), lat + radius * 0.7 * Math.sin(angle)];
  });
  return [...all, all[0] ?? [lon, lat]].map(([x, y]): Position => [x > 180 ? x - 360 : x, y]);
};

describe("a quick area", () => {
  it.each([
    [-8.5, 41.2, 2e-4],
    [85.5, -27.6, 5e-5],
    [179.9999, 68, 4e-4],
    [0, 0.0001, 9e-4],
    [12, 84, 3e-4],
  ])("is GeographicLib's to five digits at %f, %f", (lon, lat, radius) => {
    const polygon = { type: "Polygon" as const, coordinates: [ring(lon, lat, radius, 37), ring(lon, lat, radius / 4, 7).reverse()] };
    const exact = polygonAreaM2(polygon);
    expect(Math.abs(quickPolygonAreaM2(polygon) / exact - 1)).toBeLessThan(1e-5);
  });
  it("is GeographicLib's where edges are long", () => {
    const polygon = { type: "Polygon" as const, coordinates: [ring(10, 60, 0.5, 9)] };
    expect(quickPolygonAreaM2(polygon)).toBe(polygonAreaM2(polygon));
  });
});
