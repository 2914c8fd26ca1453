import type { Polygon, Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { refuseHole, refuseShape } from "./refuseShape.ts";
import { closeRing, pointInPolygon, signedArea, withRightHandWinding } from "./rings.ts";
import { addHole, insertVertex, midpointAfter, moveVertex, removeVertex, translate, vertexRefs } from "./vertices.ts";

const box = (west: number, south: number, east: number, north: number): Position[] =>
  closeRing([
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ]);
const plain: Polygon = { type: "Polygon", coordinates: [box(0, 0, 10, 6)] };
const holed = addHole(plain, box(2, 1, 4, 3));

describe("refuseHole", () => {
  it("takes one inside, refuses outside, across the edge, over and around another", () => {
    expect(refuseHole(holed, box(6, 1, 8, 3))).toBeNull();
    expect(refuseHole(holed, box(20, 1, 22, 3))).toMatch(/inside/);
    expect(refuseHole(holed, box(8, 1, 12, 3))).toMatch(/inside/);
    expect(refuseHole(holed, box(3, 2, 5, 4))).toMatch(/another hole/);
    expect(refuseHole(holed, box(1, 0.5, 5, 4))).toMatch(/another hole/);
    expect(refuseHole(holed, box(2.5, 1.5, 3, 2))).toMatch(/another hole/);
  });
});

describe("refuseShape", () => {
  it("follows a vertex that is dragged too far", () => {
    expect(refuseShape(holed)).toBeNull();
    expect(refuseShape(moveVertex(plain, { ring: 0, vertex: 0 }, [11, 3]))).toMatch(/cross itself/);
    expect(refuseShape(moveVertex(holed, { ring: 1, vertex: 0 }, [-1, 1]))).toMatch(/inside/);
  });
});

describe("vertices", () => {
  it("moves the closing position with the first vertex", () => {
    const ring = moveVertex(plain, { ring: 0, vertex: 0 }, [-1, -2]).coordinates[0];
    expect(ring?.[0]).toEqual([-1, -2]);
    expect(ring?.at(-1)).toEqual([-1, -2]);
    expect(ring).toHaveLength(5);
  });
  it("inserts at the middle of the last edge too, and removes", () => {
    const ref = { ring: 0, vertex: 3 };
    expect(midpointAfter(plain, ref)).toEqual([0, 3]);
    const more = insertVertex(plain, ref, [-2, 3]);
    expect(more.coordinates[0]).toHaveLength(6);
    expect(more.coordinates[0]?.[4]).toEqual([-2, 3]);
    expect(removeVertex(more, { ring: 0, vertex: 4 })).toEqual(plain);
  });
  it("a triangle keeps its vertices; a triangular hole goes whole", () => {
    const triangle: Polygon = {
      type: "Polygon",
      coordinates: [
        closeRing([
          [0, 0],
          [9, 0],
          [3, 7],
        ]),
        closeRing([
          [3, 1],
          [3, 3],
          [5, 1],
        ]),
      ],
    };
    expect(removeVertex(triangle, { ring: 0, vertex: 1 })).toBeNull();
    expect(removeVertex(triangle, { ring: 1, vertex: 1 })?.coordinates).toHaveLength(1);
    expect(vertexRefs(triangle)).toHaveLength(6);
  });
  it("moves holes along", () => {
    expect(translate(holed, 1, -2).coordinates[1]?.[0]).toEqual([3, -1]);
  });
});

describe("rings", () => {
  it("winds outer rings left and holes right, and keeps rings that already are", () => {
    const turned = withRightHandWinding({
      type: "Polygon",
      coordinates: holed.coordinates.map((ring, index) => (index === 0 ? [...ring].reverse() : ring)),
    });
    expect(signedArea(turned.coordinates[0] ?? [])).toBe(60);
    expect(signedArea(turned.coordinates[1] ?? [])).toBe(-4);
    const again = withRightHandWinding(turned);
    expect(again.coordinates[0]).toBe(turned.coordinates[0]);
  });
  it("a point in a hole is outside", () => {
    expect(pointInPolygon(holed, [3, 2])).toBe(false);
    expect(pointInPolygon(holed, [1, 2])).toBe(true);
    expect(pointInPolygon(holed, [11, 2])).toBe(false);
  });
});
