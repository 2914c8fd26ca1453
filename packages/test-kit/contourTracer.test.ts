import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contourTracer } from "./contourTracer.ts";
import { type PixelPolygon, ringContains, signedArea } from "./pixelPolygon.ts";

/** Polygons of a field given per lattice point. */
function trace(columns: number, rows: number, stepPx: number, field: (i: number, j: number) => number): PixelPolygon[] {
  const tracer = contourTracer(columns, stepPx, (columns - 1) * stepPx, (rows - 1) * stepPx);
  const polygons: PixelPolygon[] = [];
  for (let j = 0; j < rows; j++) polygons.push(...tracer.pushRow(Float32Array.from({ length: columns }, (_, i) => field(i, j))));
  return [...polygons, ...tracer.finish()];
}

const covers = ({ rings }: PixelPolygon, col: number, row: number) => rings.filter((ring) => ringContains(ring, col, row)).length % 2 === 1;

describe("contourTracer", () => {
  it("measures a disc with a hole and an island in the hole", () => {
    // A radius of 40 steps, a hole of 25, an island of 10; off the middle of a lattice that is not square.
    const field = (i: number, j: number) => {
      const r = Math.hypot(i - 60.3, j - 45.7);
      return r < 17 ? 10 - r : Math.min(40 - r, r - 25);
    };
    const polygons = trace(131, 97, 4, field).sort((a, b) => b.rings.length - a.rings.length);
    expect(polygons.map(({ rings }) => rings.length)).toEqual([2, 1]);
    const area = (ring: Float64Array | undefined) => Math.abs(signedArea(ring ?? new Float64Array()));
    const [disc, island] = polygons;
    expect(area(disc?.rings[0]) / (Math.PI * 160 ** 2)).toBeCloseTo(1, 2);
    expect(area(disc?.rings[1]) / (Math.PI * 100 ** 2)).toBeCloseTo(1, 2);
    expect(area(island?.rings[0]) / (Math.PI * 40 ** 2)).toBeCloseTo(1, 2);
  });

  it("closes along the border what the survey cuts off", () => {
    const [all, ...rest] = trace(12, 7, 5, () => 1);
    expect(rest).toEqual([]);
    expect(all?.rings.length).toBe(1);
    expect(Math.abs(signedArea(all?.rings[0] ?? new Float64Array()))).toBeCloseTo(55 * 30, 6);
  });

  it("puts every lattice point of any field on its side, each in one polygon only", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 11 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
        (columns, rows, stream) => {
          const values = Array.from({ length: columns * rows }, () => {
            const { value } = stream.next();
            return value === 0 || value === undefined ? -0.5 : value;
          });
          // A frame of outside, so that no ring is cut by the border.
          const field = (i: number, j: number) =>
            i < 1 || j < 1 || i > columns || j > rows ? -1 : (values[(j - 1) * columns + i - 1] ?? -1);
          const polygons = trace(columns + 2, rows + 2, 3, field);
          for (let j = 0; j < rows + 2; j++) {
            for (let i = 0; i < columns + 2; i++) {
              const count = polygons.filter((polygon) => covers(polygon, i * 3, j * 3)).length;
              if (Math.abs(field(i, j)) > 1e-6) expect(count).toBe(field(i, j) > 0 ? 1 : 0);
            }
          }
        },
      ),
      { numRuns: 300, seed: 20 },
    );
  });
});
