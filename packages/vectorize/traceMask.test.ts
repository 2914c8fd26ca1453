import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadGeos } from "@reefline/geo/geosPolygon";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowTracer } from "./rowTracer.ts";
import { type MaskRegion, traceMask } from "./traceMask.ts";

interface GoldenCase {
  width: number;
  height: number;
  rows: string[];
  polygons: { outer: [number, number][]; holes: [number, number][][] }[];
}

/** A ring from any program as text that does not depend on where it starts, which way it runs, or corners on straight lines. */
function ringKey(flat: number[]): string {
  const corners: [number, number][] = [];
  const count = flat.length / 2;
  for (let i = 0; i < count; i++) {
    const [px, py, x, y, nx, ny] = [i - 1, i, i + 1].flatMap((k) => [
      flat[2 * ((k + count) % count)]!,
      flat[2 * ((k + count) % count) + 1]!,
    ]);
    if ((x! - px!) * (ny! - y!) !== (y! - py!) * (nx! - x!)) corners.push([x!, y!]);
  }
  const turned = [corners, [...corners].reverse()].map((ring) => {
    const texts = ring.map(String);
    const first = texts.indexOf([...texts].sort()[0]!);
    return [...texts.slice(first), ...texts.slice(0, first)].join(" ");
  });
  return turned.sort()[0]!;
}

const regionKey = (outer: string, holes: string[]) => `${outer} | ${holes.sort().join(" | ")}`;
const traced = (regions: MaskRegion[]) =>
  regions
    .flatMap((region) => region.parts)
    .map((r) =>
      regionKey(
        ringKey([...r.outer]),
        r.holes.map((h) => ringKey([...h])),
      ),
    )
    .sort();

/** Rings of one region, cut wherever one passes a corner twice, whichever program traced them. */
function simpleRings(rings: number[][]): string {
  const keys: string[] = [];
  for (const ring of rings) {
    const path: string[] = [];
    for (let i = 0; i < ring.length; i += 2) {
      const corner = `${ring[i]},${ring[i + 1]}`;
      const place = path.indexOf(corner);
      if (place >= 0) keys.push(ringKey(path.splice(place).flatMap((text) => text.split(",").map(Number))));
      path.push(corner);
    }
    keys.push(ringKey(path.flatMap((text) => text.split(",").map(Number))));
  }
  return keys.sort().join(" | ");
}

/** Even-odd fill at pixel centres. */
function filled(regions: MaskRegion[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const region of regions.flatMap(({ parts }) => parts)) {
    for (const ring of [region.outer, ...region.holes]) {
      for (let i = 0; i < ring.length; i += 2) {
        const x = ring[i]!;
        const y0 = ring[i + 1]!;
        const y1 = ring[(i + 3) % ring.length]!;
        for (let row = Math.min(y0, y1); row < Math.max(y0, y1); row++) for (let col = x; col < width; col++) mask[row * width + col]! ^= 1;
      }
    }
  }
  return mask;
}

const randomMask = fc
  .record({
    width: fc.integer({ min: 1, max: 14 }),
    height: fc.integer({ min: 1, max: 11 }),
    density: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
  })
  .chain(({ width, height, density }) =>
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, mask: Uint8Array.from(values, (v) => (v < density ? 1 : 0)) })),
  );

describe("traceMask", () => {
  const cases = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/golden/trace/masks.json"), "utf8")) as GoldenCase[];
  it.each(cases.map((c) => [`${c.width} × ${c.height}`, c] as const))(
    "gives the rings of rasterio.features.shapes on a random %s mask",
    (_name, golden) => {
      const mask = Uint8Array.from(golden.rows.join(""), Number);
      const wanted = golden.polygons.map((p) =>
        regionKey(
          ringKey(p.outer.flat()),
          p.holes.map((h) => ringKey(h.flat())),
        ),
      );
      expect(traced(traceMask(mask, golden.width, golden.height))).toEqual(wanted.sort());
    },
  );

  const joined = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/golden/trace/masks-8.json"), "utf8")) as GoldenCase[];
  it.each(joined.map((c) => [`${c.width} × ${c.height}`, c] as const))(
    "gives the rings of rasterio.features.shapes, 8-connected, on a random %s mask",
    (_name, golden) => {
      const mask = Uint8Array.from(golden.rows.join(""), Number);
      const wanted = golden.polygons.map((p) => simpleRings([p.outer, ...p.holes].map((ring) => ring.flat())));
      const found: string[] = [];
      const tracer = new RowTracer(golden.width, { thresholdByte: 1, connectivity: 8 }, ({ rings }) =>
        found.push(simpleRings(rings.map(({ points }) => [...points]))),
      );
      for (let row = 0; row < golden.height; row++) tracer.pushRow(mask, row * golden.width);
      tracer.finish();
      expect(found.sort()).toEqual(wanted.sort());
    },
  );

  it("gives an 8-connected region as its 4-connected pieces, each valid, together the same ground", async () => {
    const geos = await loadGeos();
    const closed = (ring: Int32Array) => Float64Array.from([...ring, ring[0]!, ring[1]!]);
    fc.assert(
      fc.property(randomMask, ({ width, height, mask }) => {
        const regions = traceMask(mask, width, height, { connectivity: 8 });
        expect(traced(regions)).toEqual(traced(traceMask(mask, width, height)));
        for (const part of regions.flatMap(({ parts }) => parts))
          expect(geos.invalidReason([part.outer, ...part.holes].map(closed))).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it("covers exactly the mask, every pixel counted once, every polygon valid", async () => {
    const geos = await loadGeos();
    const closed = (ring: Int32Array) => Float64Array.from([...ring, ring[0]!, ring[1]!]);
    fc.assert(
      fc.property(randomMask, ({ width, height, mask }) => {
        const regions = traceMask(mask, width, height);
        expect(filled(regions, width, height)).toEqual(mask);
        expect(regions.reduce((sum, r) => sum + r.pixelCount, 0)).toBe(mask.reduce((sum, v) => sum + v, 0));
        for (const part of regions.flatMap(({ parts }) => parts))
          expect(geos.invalidReason([part.outer, ...part.holes].map(closed))).toBeNull();
      }),
      { numRuns: 400 },
    );
  });

  it("sums the bytes of each region and takes the threshold as belonging", () => {
    const data = Uint8Array.from([0, 9, 10, 0, 0, 12, 200, 0, 7, 0, 0, 10]);
    const regions = traceMask(data, 4, 3, { thresholdByte: 10 });
    expect(regions.map((r) => [r.pixelCount, r.valueSum])).toEqual([
      [3, 222],
      [1, 10],
    ]);
  });

  it("separates pixels that meet diagonally and joins those that share an edge around a hole", () => {
    expect(traceMask(Uint8Array.from([1, 0, 0, 1]), 2, 2)).toHaveLength(2);
    const pinched = Uint8Array.from([1, 1, 1, 1, 0, 1, 1, 1, 0]);
    const [region, ...others] = traceMask(pinched, 3, 3);
    expect(others).toHaveLength(0);
    expect(region?.parts[0]?.holes).toHaveLength(1);
    expect(region?.parts[0]?.outer).toHaveLength(12);
  });
});
