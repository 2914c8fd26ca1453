import { crsFromEpsg } from "@reefline/geo/crs";
import { loadGeos } from "@reefline/geo/geosPolygon";
import type { Grid, Window } from "@reefline/schema/grid";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OutlinedPolygon, type ProbabilitySource, type VectorizeOptions, vectorizeProbability } from "./vectorizeProbability.ts";

const gsd = 0.25;
const gridOf = (widthPx: number, heightPx: number): Grid => ({
  crs: crsFromEpsg(32618),
  transform: [gsd, 0, 352_000, 0, -gsd, 3_841_000],
  widthPx,
  heightPx,
});

function source(grid: Grid, data: Uint8Array): ProbabilitySource {
  return {
    grid,
    read: async ({ colOff, rowOff, widthPx, heightPx }: Window) => {
      const part = new Uint8Array(widthPx * heightPx);
      for (let row = 0; row < heightPx; row++) {
        const from = (rowOff + row) * grid.widthPx + colOff;
        part.set(data.subarray(from, from + widthPx), row * widthPx);
      }
      return { data: part };
    },
  };
}

async function all(grid: Grid, data: Uint8Array, options: Partial<VectorizeOptions>): Promise<OutlinedPolygon[]> {
  const polygons: OutlinedPolygon[] = [];
  for await (const polygon of vectorizeProbability(source(grid, data), { threshold: 0.5, minAreaM2: 0, ...options }))
    polygons.push(polygon);
  return polygons;
}

/** Noise, waves, or a mixture of both, with gaps of nodata: bytes of a probability raster. */
const field = fc
  .record({
    widthPx: fc.integer({ min: 1, max: 41 }),
    heightPx: fc.integer({ min: 1, max: 37 }),
    roughness: fc.constantFrom(0, 0.15, 0.5, 1),
    nodata: fc.constantFrom(0, 0, 0.02, 0.2),
    wave: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    bias: fc.double({ min: -0.3, max: 0.4, noNaN: true }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  })
  .map(({ widthPx, heightPx, roughness, nodata, wave, bias, seed }) => {
    let state = seed;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const data = new Uint8Array(widthPx * heightPx);
    for (let i = 0; i < data.length; i++) {
      const smooth = 0.5 + Math.sin(wave * (i % widthPx)) * Math.cos(wave * 0.7 * Math.floor(i / widthPx)) * 0.5 + bias;
      const p = smooth * (1 - roughness) + (random() + bias) * roughness;
      data[i] = random() < nodata ? 0 : 1 + Math.round(254 * Math.min(1, Math.max(0, p)));
    }
    return { grid: gridOf(widthPx, heightPx), data };
  });

const style = fc.record({
  contour: fc.constantFrom("pixel" as const, "subpixel" as const),
  connectivity: fc.constantFrom(4 as const, 8 as const),
  smooth: fc.boolean(),
  splitTouching: fc.boolean(),
  simplifyMeters: fc.constantFrom(0, 0.1, 0.25, 0.6, 2, 8),
  minHoleM2: fc.constantFrom(0, 0.3),
});

describe("outlines in every style", () => {
  it("are valid by GEOS and do not depend on swath height", async () => {
    const geos = await loadGeos();
    await fc.assert(
      fc.asyncProperty(field, style, fc.integer({ min: 1, max: 40 }), async ({ grid, data }, options, swathRows) => {
        const whole = await all(grid, data, { ...options, swathRows: 64 });
        expect(await all(grid, data, { ...options, swathRows })).toEqual(whole);
        for (const { geometry } of whole)
          expect(geos.invalidReason(geometry.coordinates.map((ring) => Float64Array.from(ring.flat())))).toBeNull();
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1500) },
    );
  }, 100_000);
});
