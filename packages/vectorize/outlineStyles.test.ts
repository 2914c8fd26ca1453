import { crsFromEpsg } from "@reefline/geo/crs";
import { loadGeos } from "@reefline/geo/geosPolygon";
import type { Grid } from "@reefline/schema/grid";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { madeSource } from "./madeSource.ts";
import { simplifyArcs } from "./simplifyArcs.ts";
import { type OutlinedPolygon, type VectorizeOptions, vectorizeProbability } from "./vectorizeProbability.ts";

const gsd = 0.25;
const gridOf = (widthPx: number, heightPx: number): Grid => ({
  crs: crsFromEpsg(32618),
  transform: [gsd, 0, 352_000, 0, -gsd, 3_841_000],
  widthPx,
  heightPx,
});

async function all(grid: Grid, data: Uint8Array, options: Partial<VectorizeOptions>): Promise<OutlinedPolygon[]> {
  const polygons: OutlinedPolygon[] = [];
  for await (const polygon of vectorizeProbability(madeSource(grid, data), { threshold: 0.5, minAreaM2: 0, ...options }))
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
      { numRuns: 700 },
    );
  }, 100_000);
});

describe("simplifyArcs", () => {
  it("leaves no vertex farther than the tolerance from the line, unless a neighbour was in the way", () => {
    const arc = Int32Array.from([0, 0, 500, 40, 1_000, 0, 1_000, 700, 0, 700, 0, 0]);
    expect([...(simplifyArcs([arc], 50)[0] ?? [])]).toEqual([0, 0, 1_000, 0, 1_000, 700, 0, 700, 0, 0]);
    expect([...(simplifyArcs([arc], 30)[0] ?? [])]).toEqual([...arc]);
    expect(simplifyArcs([arc], 1e6)[0]?.length).toBeGreaterThanOrEqual(8);
  });

  it("keeps a hole inside that a straight line would have left outside", () => {
    const outer = Int32Array.from([0, 0, 0, 4_000, 2_000, 4_000, 2_300, 2_000, 2_000, 0, 0, 0]);
    const hole = Int32Array.from([2_050, 1_900, 2_150, 1_900, 2_150, 2_100, 2_050, 2_100, 2_050, 1_900]);
    const [alone = new Int32Array()] = simplifyArcs([outer], 400);
    expect([...alone]).not.toContain(2_300);
    const [simple = new Int32Array()] = simplifyArcs([outer, hole], 400);
    expect([...simple]).toContain(2_300);
  });

  it("simplifies two lines that run side by side without letting them touch", () => {
    const zigzag = (offset: number) => Int32Array.from(Array.from({ length: 40 }, (_, i) => [i * 100, offset + (i % 2) * 90]).flat());
    const [upper = new Int32Array(), lower = new Int32Array()] = simplifyArcs([zigzag(0), zigzag(120)], 300);
    const yOf = (line: Int32Array, x: number): number => {
      let at = 0;
      while (at + 4 < line.length && (line[at + 2] ?? 0) < x) at += 2;
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = line.subarray(at, at + 4);
      return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
    };
    for (let x = 1; x < 3_900; x += 7) expect(yOf(lower, x)).toBeGreaterThan(yOf(upper, x) + 3.9);
  });
});
