import { describe, expect, it } from "vitest";
import { loadGeos } from "./geosPolygon.ts";

const ring = (...xy: number[]) => Float64Array.from(xy);

describe("GEOS on flat rings", () => {
  it("accepts a square with a hole and names what is wrong with a bow-tie", async () => {
    const geos = await loadGeos();
    expect(geos.invalidReason([ring(0, 0, 5, 0, 5, 3, 0, 3, 0, 0), ring(1, 1, 1, 2, 2, 2, 2, 1, 1, 1)])).toBeNull();
    expect(geos.invalidReason([ring(0, 0, 2, 2, 2, 0, 0, 2, 0, 0)])).toMatch(/Self-intersection/);
  });

  it("turns a bow-tie into its two triangles", async () => {
    const geos = await loadGeos();
    const parts = geos.makeValid([ring(0, 0, 2, 2, 2, 0, 0, 2, 0, 0)]);
    expect(parts).toHaveLength(2);
    for (const part of parts) {
      expect(part).toHaveLength(1);
      expect(part[0]).toHaveLength(8);
    }
  });

  it("drops a hole that lies outside and a ring without an area", async () => {
    const geos = await loadGeos();
    const parts = geos.makeValid([ring(0, 0, 5, 0, 5, 3, 0, 3, 0, 0), ring(10, 1, 10, 2, 12, 2, 12, 1, 10, 1)]);
    expect(parts).toHaveLength(1);
    expect(parts[0]).toHaveLength(1);
    expect(geos.makeValid([ring(0, 0, 1, 1, 2, 2, 0, 0)])).toEqual([]);
  });

  it("refuses a ring that is not closed", async () => {
    const geos = await loadGeos();
    expect(() => geos.invalidReason([ring(0, 0, 1, 0, 1, 1, 0, 1)])).toThrow(/closed/);
  });
});
