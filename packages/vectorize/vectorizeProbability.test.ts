import { crsFromEpsg } from "@reefline/geo/crs";
import { loadGeos } from "@reefline/geo/geosPolygon";
import { polygonSchema } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { byteFromProbability } from "@reefline/schema/prediction";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "./byteSource.ts";
import { type OutlinedPolygon, type VectorizeOptions, vectorizeProbability } from "./vectorizeProbability.ts";

const gsd = 0.25;
const utm = (widthPx: number, heightPx: number): Grid => ({
  crs: crsFromEpsg(32618),
  transform: [gsd, 0, 352_000, 0, -gsd, 3_841_000],
  widthPx,
  heightPx,
});

function source(grid: Grid, data: Uint8Array): ByteSource {
  return {
    grid,
    read: async ({ colOff, rowOff, widthPx, heightPx }: Window) => {
      expect({ colOff, widthPx }).toEqual({ colOff: 0, widthPx: grid.widthPx });
      return { data: data.subarray(rowOff * widthPx, (rowOff + heightPx) * widthPx) };
    },
  };
}

function paint(grid: Grid, probability: (col: number, row: number) => number): Uint8Array {
  const data = new Uint8Array(grid.widthPx * grid.heightPx);
  for (let row = 0; row < grid.heightPx; row++)
    for (let col = 0; col < grid.widthPx; col++) data[row * grid.widthPx + col] = byteFromProbability(probability(col + 0.5, row + 0.5));
  return data;
}

async function all(probability: ByteSource, options: VectorizeOptions): Promise<OutlinedPolygon[]> {
  const polygons: OutlinedPolygon[] = [];
  for await (const polygon of vectorizeProbability(probability, options)) polygons.push(polygon);
  return polygons;
}

/** A ring-shaped reef, a small disc and a speck. */
const scene = (col: number, row: number): number => {
  const ring = Math.hypot(col - 90, row - 70);
  const disc = Math.hypot(col - 190, row - 30);
  if (ring < 50) return ring < 20 ? 0.1 : 0.9;
  if (disc < 12) return 0.7;
  return col > 150 && col < 152 && row > 120 && row < 122 ? 0.95 : 0.05;
};

describe("vectorizeProbability", () => {
  const grid = utm(230, 141);
  const probability = source(grid, paint(grid, scene));

  it("gives area, perimeter, hole and mean probability of shapes whose answers are known", async () => {
    const polygons = await all(probability, { threshold: 0.5, minAreaM2: 2 });
    expect(polygons).toHaveLength(2);
    const [disc, ring] = [...polygons].sort((a, b) => a.areaM2 - b.areaM2);
    // The projection's scale here is 0.99987, so ground areas differ from map areas by 0.03 %.
    expect((ring?.areaM2 ?? 0) / (Math.PI * (50 ** 2 - 20 ** 2) * gsd * gsd)).toBeCloseTo(1, 1.8);
    expect((disc?.areaM2 ?? 0) / (Math.PI * 12 ** 2 * gsd * gsd)).toBeCloseTo(1, 1.5);
    expect((ring?.perimeterMeters ?? 0) / (2 * Math.PI * 70 * gsd)).toBeCloseTo(1, 1.5);
    expect(ring?.geometry.coordinates).toHaveLength(2);
    expect(ring?.probability).toBeCloseTo(0.9, 2);
    expect(disc?.probability).toBeCloseTo(0.7, 2);
    expect(ring?.geometry.coordinates[0]?.length ?? 0).toBeLessThan(60);
    for (const { geometry } of polygons) polygonSchema.parse(geometry);
  });

  it("drops specks and fills small holes only when asked", async () => {
    expect(await all(probability, { threshold: 0.5, minAreaM2: 0 })).toHaveLength(3);
    expect(await all(probability, { threshold: 0.5, minAreaM2: 300 })).toHaveLength(1);
    const filled = await all(probability, { threshold: 0.5, minAreaM2: 2, minHoleM2: 100 });
    expect(filled.map((p) => p.geometry.coordinates.length)).toEqual([1, 1]);
    expect(await all(probability, { threshold: 0.8, minAreaM2: 2 })).toHaveLength(1);
    expect(await all(probability, { threshold: 1, minAreaM2: 0 })).toEqual([]);
  });

  it("keeps ids while the shape stays, whatever the threshold", async () => {
    const [at50, at60, at80] = await Promise.all([0.5, 0.6, 0.8].map((threshold) => all(probability, { threshold, minAreaM2: 2 })));
    expect(at60?.map((p) => p.id)).toEqual(at50?.map((p) => p.id));
    expect(at50?.map((p) => p.id)).toContain(at80?.[0]?.id);
    expect(new Set(at50?.map((p) => p.id)).size).toBe(2);
  });

  it("winds rings by RFC 7946 on rotated and on south-up grids too", async () => {
    const turned: Grid[] = [
      { ...grid, transform: [0.2, 0.15, 352_000, 0.15, -0.2, 3_841_000] },
      { ...grid, transform: [gsd, 0, 352_000, 0, gsd, 3_841_000] },
    ];
    const [upright] = (await all(probability, { threshold: 0.5, minAreaM2: 300, minHoleM2: 2 })).map((p) => p.areaM2);
    for (const each of turned) {
      const [ring] = await all(source(each, paint(grid, scene)), { threshold: 0.5, minAreaM2: 300, minHoleM2: 2 });
      expect((ring?.areaM2 ?? 0) / (upright ?? 1)).toBeCloseTo(1, 3);
      const signs = ring?.geometry.coordinates.map((positions) =>
        Math.sign(positions.reduce((sum, [x, y], i) => sum + (x - positions[0]![0]) * ((positions[i + 1] ?? positions[0]!)[1] - y), 0)),
      );
      expect(signs).toEqual([1, -1]);
    }
  });

  it("does not depend on swath height, and is valid by GEOS at any tolerance", async () => {
    const geos = await loadGeos();
    const waves = fc.array(fc.tuple(fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.double({ min: 0.05, max: 0.9, noNaN: true })), {
      minLength: 2,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(
        waves,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 0.2, 0.5, 2),
        async (waves, swathRows, simplifyMeters) => {
          const small = utm(47, 38);
          const data = paint(
            small,
            (col, row) => 0.5 + waves.reduce((sum, [a, b]) => sum + Math.sin(a * col + b * row) * Math.cos(b * col), 0) / 4,
          );
          const options = { threshold: 0.5, minAreaM2: 0.5, simplifyMeters };
          const whole = await all(source(small, data), { ...options, swathRows: 38 });
          expect(await all(source(small, data), { ...options, swathRows })).toEqual(whole);
          for (const { geometry } of whole) {
            const flat = geometry.coordinates.map((ring) => Float64Array.from(ring.flat()));
            expect(geos.invalidReason(flat)).toBeNull();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("refuses a threshold outside 0–1 and a raster that is no probability", async () => {
    await expect(all(probability, { threshold: 1.2, minAreaM2: 0 })).rejects.toMatchObject({ code: "vectorize/threshold" });
    const floats = { grid, read: async () => ({ data: new Float32Array(grid.widthPx * grid.heightPx) }) };
    await expect(all(floats, { threshold: 0.5, minAreaM2: 0 })).rejects.toMatchObject({ code: "vectorize/samples" });
  });
});
