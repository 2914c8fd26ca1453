import type { Polygon, Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { polygonContains, polygonsTouch, sampledIou } from "./polygonOverlap.ts";

function rectangle(west: number, south: number, east: number, north: number): Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}
const polygon = (...rings: Position[][]): Polygon => ({ type: "Polygon", coordinates: rings });

describe("polygonContains", () => {
  const ring = polygon(rectangle(0, 0, 6, 4), rectangle(2, 1, 5, 3));
  it("counts holes as outside", () => {
    expect(polygonContains(ring, 1, 2)).toBe(true);
    expect(polygonContains(ring, 3, 2)).toBe(false);
    expect(polygonContains(ring, 5.5, 2)).toBe(true);
    expect(polygonContains(ring, 7, 2)).toBe(false);
  });
});

describe("polygonsTouch", () => {
  it("sees crossing edges, one within the other, and neither", () => {
    const a = polygon(rectangle(0, 0, 4, 3));
    expect(polygonsTouch(a, polygon(rectangle(3, 2, 7, 9)))).toBe(true);
    expect(polygonsTouch(a, polygon(rectangle(1, 1, 2, 2)))).toBe(true);
    expect(polygonsTouch(polygon(rectangle(1, 1, 2, 2)), a)).toBe(true);
    expect(polygonsTouch(a, polygon(rectangle(5, 0, 6, 3)))).toBe(false);
    // A plus sign: every corner of each lies outside the other.
    expect(polygonsTouch(polygon(rectangle(0, 2, 9, 3)), polygon(rectangle(4, 0, 5, 8)))).toBe(true);
  });

  it("does not take what lies in a hole for touching", () => {
    const ring = polygon(rectangle(0, 0, 10, 8), rectangle(2, 2, 8, 6));
    expect(polygonsTouch(ring, polygon(rectangle(3, 3, 4, 5)))).toBe(false);
    expect(polygonsTouch(ring, polygon(rectangle(1, 3, 4, 5)))).toBe(true);
  });
});

describe("sampledIou", () => {
  it("agrees with areas worked out by hand", () => {
    const a = polygon(rectangle(0, 0, 4, 2));
    expect(sampledIou(a, a)).toBe(1);
    // Shifted by a quarter: 6 shared, 10 in all.
    expect(sampledIou(a, polygon(rectangle(1, 0, 5, 2)), 200)).toBeCloseTo(0.6, 2);
    // A hole of 2 × 1 in one of them.
    expect(sampledIou(a, polygon(rectangle(0, 0, 4, 2), rectangle(1, 0.5, 3, 1.5)), 200)).toBeCloseTo(0.75, 2);
    expect(sampledIou(a, polygon(rectangle(9, 9, 12, 10)))).toBe(0);
  });
});
