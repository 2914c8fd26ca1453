import type { Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { normalizePolygon } from "./normalizePolygon.ts";

const outer: Position[] = [
  [3, 50],
  [3.002, 50],
  [3.002, 50.001],
  [3, 50.0015],
  [3, 50],
];
const hole: Position[] = [
  [3.0005, 50.0002],
  [3.0005, 50.0006],
  [3.0011, 50.0004],
  [3.0005, 50.0002],
];

describe("normalizePolygon", () => {
  it("turns the outer ring counter-clockwise and holes clockwise, whatever they were", () => {
    const wanted = { type: "Polygon", coordinates: [outer, hole] };
    for (const o of [outer, [...outer].reverse()]) {
      for (const h of [hole, [...hole].reverse()]) expect(normalizePolygon({ type: "Polygon", coordinates: [o, h] })).toEqual(wanted);
    }
  });

  it("closes open rings and drops repeated corners", () => {
    const [a, b, c, d] = outer as [Position, Position, Position, Position];
    expect(normalizePolygon({ type: "Polygon", coordinates: [[a, a, b, c, c, d]] }).coordinates).toEqual([outer]);
  });

  it("drops holes without area and refuses shapes without one", () => {
    const line: Position[] = [
      [3, 50],
      [3.001, 50.0005],
      [3, 50],
      [3, 50],
    ];
    expect(normalizePolygon({ type: "Polygon", coordinates: [outer, line] }).coordinates).toHaveLength(1);
    expect(() => normalizePolygon({ type: "Polygon", coordinates: [line] })).toThrow(/no area/);
    expect(() =>
      normalizePolygon({
        type: "Polygon",
        coordinates: [
          [
            [3, 50],
            [3, 50],
            [3, 50],
            [3, 50],
          ],
        ],
      }),
    ).toThrow(/no area/);
  });
});
