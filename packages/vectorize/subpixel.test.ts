import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlineRegion } from "./outlineRegion.ts";
import { isInside, ringArea } from "./ringArea.ts";
import { RowTracer } from "./rowTracer.ts";

/** Outlines at a level of bytes, unsimplified. */
function contoursAt(data: Uint8Array, widthPx: number, level: number, connectivity: 4 | 8 = 4): Float64Array[][] {
  const polygons: Float64Array[][] = [];
  const style = { contour: "subpixel", tolerancePx: 0, smooth: false } as const;
  const options = { thresholdByte: Math.ceil(level), contourLevel: level, connectivity };
  const tracer = new RowTracer(widthPx, options, ({ rings }) => {
    for (const polygon of outlineRegion(rings, style, () => true)) polygons.push([...polygon]);
  });
  for (let offset = 0; offset < data.length; offset += widthPx) tracer.pushRow(data, offset);
  tracer.finish();
  return polygons;
}

describe("sub-pixel contours", () => {
  it("lie where a smooth field reaches the level, to a hundredth of a pixel", () => {
    const [widthPx, heightPx, radius] = [61, 53, 17.3];
    const data = new Uint8Array(widthPx * heightPx);
    for (let i = 0; i < data.length; i++) {
      const away = Math.hypot((i % widthPx) + 0.5 - 30.2, Math.floor(i / widthPx) + 0.5 - 25.7);
      data[i] = Math.min(255, Math.max(1, Math.round(128 + (radius - away) * 20)));
    }
    const [polygon, ...others] = contoursAt(data, widthPx, 128);
    expect(others).toEqual([]);
    const [outer = new Float64Array()] = polygon ?? [];
    for (let i = 0; i < outer.length; i += 2)
      expect(Math.abs(Math.hypot((outer[i] ?? 0) - 30.2, (outer[i + 1] ?? 0) - 25.7) - radius)).toBeLessThan(0.05);
    expect(ringArea(outer) / (Math.PI * radius ** 2)).toBeCloseTo(1, 2);
  });

  it("never enter a pixel without data", () => {
    const field = fc.record({
      widthPx: fc.integer({ min: 2, max: 12 }),
      bytes: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 })), { minLength: 12, maxLength: 120 }),
      connectivity: fc.constantFrom(4 as const, 8 as const),
    });
    fc.assert(
      fc.property(field, ({ widthPx, bytes, connectivity }) => {
        const rows = Math.floor(bytes.length / widthPx);
        const data = Uint8Array.from(bytes.slice(0, rows * widthPx));
        const isEmpty = (x: number, y: number): boolean => {
          const inside = x > 0 && y > 0 && x < widthPx && y < rows;
          return !inside || data[Math.floor(y) * widthPx + Math.floor(x)] === 0;
        };
        for (const rings of contoursAt(data, widthPx, 100.5, connectivity))
          for (const ring of rings)
            for (let i = 0; i + 3 < ring.length; i += 2)
              for (const t of [0.1, 0.3, 0.5, 0.7, 0.9]) {
                const x = (ring[i] ?? 0) * (1 - t) + (ring[i + 2] ?? 0) * t;
                const y = (ring[i + 1] ?? 0) * (1 - t) + (ring[i + 3] ?? 0) * t;
                // A contour may run along the edge of such a pixel.
                if (Math.abs(x - Math.round(x)) < 1e-9 || Math.abs(y - Math.round(y)) < 1e-9) continue;
                expect(isEmpty(x, y), `${x}, ${y}`).toBe(false);
              }
      }),
      { numRuns: 1_000 },
    );
  });

  it("hold every pixel centre at or above the level and no other", () => {
    const field = fc.record({
      widthPx: fc.integer({ min: 2, max: 11 }),
      bytes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 12, maxLength: 110 }),
      connectivity: fc.constantFrom(4 as const, 8 as const),
    });
    fc.assert(
      fc.property(field, ({ widthPx, bytes, connectivity }) => {
        const rows = Math.floor(bytes.length / widthPx);
        const data = Uint8Array.from(bytes.slice(0, rows * widthPx));
        const polygons = contoursAt(data, widthPx, 100.5, connectivity);
        data.forEach((value, i) => {
          const [x, y] = [(i % widthPx) + 0.5, Math.floor(i / widthPx) + 0.5];
          const holding = polygons.filter((rings) => rings.reduce((inside, ring) => inside !== isInside(ring, x, y), false));
          expect(holding.length).toBe(value > 100.5 ? 1 : 0);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("cross a saddle the same way everywhere: apart when 4-connected, together when 8-connected", () => {
    const saddle = Uint8Array.from([1, 1, 1, 1, 1, 200, 60, 1, 1, 60, 200, 1, 1, 1, 1, 1]);
    expect(contoursAt(saddle, 4, 100.5)).toHaveLength(2);
    expect(contoursAt(saddle, 4, 100.5, 8)).toHaveLength(1);
  });
});
