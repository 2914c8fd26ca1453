import { crsFromEpsg } from "@reefline/geo/crs";
import { loadGeos } from "@reefline/geo/geosPolygon";
import { lonLatToPixel } from "@reefline/geo/grid";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classBoxes, partByClass } from "./classParts.ts";
import { madeSource } from "./madeSource.ts";
import type { TracedRing } from "./rowTracer.ts";
import { type OutlinedPolygon, type VectorizeOptions, vectorizeProbability } from "./vectorizeProbability.ts";

const names = ["live", "dead", "shell rake"];
const gsd = 0.25;

interface Field {
  readonly grid: Grid;
  readonly data: Uint8Array;
  readonly classes: Uint8Array;
}

async function all(
  { grid, data, classes }: Field,
  options: Partial<VectorizeOptions>,
  box: { boxPx?: number } = {},
): Promise<OutlinedPolygon[]> {
  const polygons: OutlinedPolygon[] = [];
  const wanted = { threshold: 0.5, minAreaM2: 0, classes: { source: madeSource(grid, classes), names, ...box }, ...options };
  for await (const polygon of vectorizeProbability(madeSource(grid, data), wanted)) polygons.push(polygon);
  return polygons;
}

/** Waves with noise, and classes in bands with noise. */
const field = fc
  .record({
    widthPx: fc.integer({ min: 2, max: 41 }),
    heightPx: fc.integer({ min: 2, max: 37 }),
    roughness: fc.constantFrom(0, 0.15, 0.6),
    mixed: fc.constantFrom(0, 0.05, 0.5),
    wave: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    seed: fc.integer({ min: 1, max: 2 ** 30 }),
  })
  .map(({ widthPx, heightPx, roughness, mixed, wave, seed }): Field => {
    let state = seed;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const data = new Uint8Array(widthPx * heightPx);
    const classes = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
      const p = (0.6 + Math.sin(wave * col) * Math.cos(wave * 0.7 * row) * 0.5) * (1 - roughness) + random() * roughness;
      data[i] = random() < 0.02 ? 0 : 1 + Math.round(254 * Math.min(1, Math.max(0, p)));
      const band = Math.floor((col + 2 * row) / 9) % 3;
      classes[i] = data[i] === 0 ? 0 : 1 + (random() < mixed ? Math.floor(3 * random()) : band);
    }
    const transform: Grid["transform"] = [gsd, 0, 352_000, 0, -gsd, 3_841_000];
    return { grid: { crs: crsFromEpsg(32618), transform, widthPx, heightPx }, data, classes };
  });

const style = fc.record({
  contour: fc.constantFrom("pixel" as const, "subpixel" as const),
  connectivity: fc.constantFrom(4 as const, 8 as const),
  smooth: fc.boolean(),
  splitTouching: fc.boolean(),
  simplifyMeters: fc.constantFrom(0, 0.25, 0.6, 2),
});

/** Of every pixel the polygons whose inside its centre, or another point of it, is in, by the even-odd rule. */
function painted(
  { grid }: Field,
  polygons: readonly OutlinedPolygon[],
  [dx, dy]: readonly [number, number] = [0.5, 0.5],
): (string | undefined)[][] {
  const toPixel = lonLatToPixel(grid);
  const found = Array.from({ length: grid.widthPx * grid.heightPx }, (): (string | undefined)[] => []);
  for (const { geometry, class: name } of polygons) {
    const rings = geometry.coordinates.map((ring) => ring.map(([lon, lat]) => toPixel(lon, lat)));
    for (let i = 0; i < found.length; i++) {
      const [x, y] = [(i % grid.widthPx) + dx, Math.floor(i / grid.widthPx) + dy];
      let inside = false;
      for (const ring of rings) {
        for (let k = 0; k + 1 < ring.length; k++) {
          const [a, b] = [ring[k], ring[k + 1]];
          if (a && b && a.row > y !== b.row > y && x < a.col + ((y - a.row) / (b.row - a.row)) * (b.col - a.col)) inside = !inside;
        }
      }
      if (inside) found[i]?.push(name);
    }
  }
  return found;
}

/** How often every edge is walked in each direction. */
function edges(polygons: readonly { geometry: Polygon }[]): Map<string, number> {
  const walked = new Map<string, number>();
  for (const { geometry } of polygons)
    for (const ring of geometry.coordinates)
      for (let k = 0; k + 1 < ring.length; k++) {
        const key = `${ring[k]} ${ring[k + 1]}`;
        walked.set(key, (walked.get(key) ?? 0) + 1);
      }
  return walked;
}

describe("outlines by class", () => {
  it("along pixel edges hold exactly the pixels of their class", async () => {
    await fc.assert(
      fc.asyncProperty(field, fc.constantFrom(4 as const, 8 as const), async (made, connectivity) => {
        const polygons = await all(made, { simplifyMeters: 0, connectivity });
        const wanted = Array.from(made.data, (value, i) => (value >= 128 ? [names[(made.classes[i] ?? 0) - 1]] : []));
        expect(painted(made, polygons)).toEqual(wanted);
      }),
      { numRuns: 20 },
    );
  });

  it("are valid in every style, share their borders edge for edge, and do not depend on swath height", async () => {
    const geos = await loadGeos();
    await fc.assert(
      fc.asyncProperty(field, style, fc.integer({ min: 1, max: 40 }), async (made, options, swathRows) => {
        const whole = await all(made, { ...options, swathRows: 64 });
        expect(await all(made, { ...options, swathRows })).toEqual(whole);
        for (const { geometry } of whole)
          expect(geos.invalidReason(geometry.coordinates.map((ring) => Float64Array.from(ring.flat())))).toBeNull();
        for (const [edge, times] of edges(whole)) expect({ edge, times }).toEqual({ edge, times: 1 });
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it("leave no gap: an edge that no neighbour walks the other way lies at the raster's edge", async () => {
    await fc.assert(
      fc.asyncProperty(field, style, async (made, { splitTouching: _, ...options }) => {
        const { widthPx, heightPx } = made.grid;
        const full = { ...made, data: made.data.map(() => 255), classes: made.classes.map((value) => Math.max(1, value)) };
        const polygons = await all(full, options);
        const walked = edges(polygons);
        const toPixel = lonLatToPixel(made.grid);
        const slack = 1e-3 + Math.max(1, options.simplifyMeters / gsd, options.smooth ? 3 * Math.max(1, options.simplifyMeters / gsd) : 0);
        for (const { geometry } of polygons)
          for (const ring of geometry.coordinates)
            for (let k = 0; k + 1 < ring.length; k++) {
              if (walked.has(`${ring[k + 1]} ${ring[k]}`)) continue;
              const [lon = 0, lat = 0] = ring[k] ?? [];
              const { col, row } = toPixel(lon, lat);
              expect(Math.min(col, row, widthPx - col, heightPx - row)).toBeLessThanOrEqual(slack);
            }
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it("leave no hole where a speck of another class, or a filled hole, lay", async () => {
    const [widthPx, heightPx] = [30, 20];
    const data = new Uint8Array(widthPx * heightPx).fill(255);
    const classes = data.map((_, i) => (i % widthPx < 16 ? 1 : 2));
    const at = (col: number, row: number) => row * widthPx + col;
    for (const speck of [at(4, 5), at(5, 5)]) classes[speck] = 2;
    for (const speck of [at(20, 9), at(20, 10), at(21, 10)]) classes[speck] = 3;
    // Nothing was measured here.
    data[at(8, 12)] = 0;
    classes[at(8, 12)] = 0;
    const transform: Grid["transform"] = [gsd, 0, 352_000, 0, -gsd, 3_841_000];
    const made = { grid: { crs: crsFromEpsg(32618), transform, widthPx, heightPx }, data, classes };
    const polygons = await all(made, { simplifyMeters: 0, minAreaM2: 4 * gsd ** 2 });
    expect(polygons.map((polygon) => [polygon.class, polygon.geometry.coordinates.length])).toEqual([
      ["live", 1],
      ["dead", 1],
    ]);
    expect(painted(made, polygons)).toEqual(Array.from(data, (_, i) => [i % widthPx < 16 ? "live" : "dead"]));
  });

  it("fill a small hole that touches the outside in a corner, as outlines without classes do", async () => {
    const [widthPx, heightPx] = [13, 9];
    const data = new Uint8Array(widthPx * heightPx).fill(255);
    for (const [col, row] of [
      [4, 0],
      [5, 1],
      // A hole that is large enough to stay.
      [9, 4],
      [10, 4],
      [9, 5],
      [10, 5],
    ] as const)
      data[row * widthPx + col] = 1;
    const classes = data.map((_, i) => (i % widthPx < 8 ? 1 : 2));
    const transform: Grid["transform"] = [gsd, 0, 352_000, 0, -gsd, 3_841_000];
    const made = { grid: { crs: crsFromEpsg(32618), transform, widthPx, heightPx }, data, classes };
    for (const minAreaM2 of [0, 3.5 * gsd ** 2]) {
      const covered = painted(made, await all(made, { simplifyMeters: 0, minAreaM2 })).map((found) => found.length);
      const without: OutlinedPolygon[] = [];
      for await (const polygon of vectorizeProbability(madeSource(made.grid, data), { threshold: 0.5, minAreaM2, simplifyMeters: 0 }))
        without.push(polygon);
      expect(covered).toEqual(painted(made, without).map((found) => found.length));
      expect(covered.filter((count) => count === 0).length).toBe(minAreaM2 > 0 ? 5 : 6);
    }
  });

  it("are one polygon again where what parted them was too small", async () => {
    const [widthPx, heightPx] = [31, 9];
    const data = new Uint8Array(widthPx * heightPx).fill(255);
    const classes = data.map((_, i) => (i % widthPx === 14 ? 2 : 1));
    const transform: Grid["transform"] = [gsd, 0, 352_000, 0, -gsd, 3_841_000];
    const made = { grid: { crs: crsFromEpsg(32618), transform, widthPx, heightPx }, data, classes };
    expect((await all(made, { minAreaM2: 9 * gsd ** 2 - 1e-3 })).map((polygon) => polygon.class)).toEqual(["live", "dead", "live"]);
    expect((await all(made, { minAreaM2: 10 * gsd ** 2 })).map((polygon) => polygon.class)).toEqual(["live"]);
  });
});

describe("large regions", () => {
  it("are cut into boxes whose polygons hold the same pixels, valid in every style, without overlap or gap at the cuts", async () => {
    const geos = await loadGeos();
    await fc.assert(
      fc.asyncProperty(field, style, fc.integer({ min: 3, max: 17 }), async (made, options, boxPx) => {
        const exact = await all(made, { simplifyMeters: 0, connectivity: options.connectivity }, { boxPx });
        const wanted = Array.from(made.data, (value, i) => (value >= 128 ? [names[(made.classes[i] ?? 0) - 1]] : []));
        expect(painted(made, exact)).toEqual(wanted);
        const { widthPx, heightPx } = made.grid;
        // One region, since regions are simplified one by one, with holes that the cuts run through.
        const holed = {
          ...made,
          data: made.data.map((value, i) => ((i % widthPx) % 6 === 0 || Math.floor(i / widthPx) % 6 === 0 || value >= 128 ? 255 : 1)),
          classes: made.classes.map((value) => Math.max(1, value)),
        };
        // What moves by more than a pixel may run over into ground beyond the cut, as it may into another region's.
        const polygons = await all(holed, { ...options, simplifyMeters: Math.min(options.simplifyMeters, gsd) }, { boxPx });
        for (const { geometry } of polygons)
          expect(geos.invalidReason(geometry.coordinates.map((ring) => Float64Array.from(ring.flat())))).toBeNull();
        for (const point of [
          [0.5, 0.5],
          [0.01, 0.37],
          [0.61, 0.99],
        ] as const)
          for (const found of painted(holed, polygons, point)) expect(found.length).toBeLessThanOrEqual(1);

        const full = { ...made, data: made.data.map(() => 255), classes: made.classes.map((value) => Math.max(1, value)) };
        const covering = await all(full, { ...options, splitTouching: false }, { boxPx });
        const edge = 1 + Math.ceil(3 * Math.max(1, options.simplifyMeters / gsd));
        for (const point of [
          [0.01, 0.37],
          [0.61, 0.99],
        ] as const)
          for (const [i, found] of painted(full, covering, point).entries()) {
            const [col, row] = [i % widthPx, Math.floor(i / widthPx)];
            if (Math.min(col, row, widthPx - 1 - col, heightPx - 1 - row) >= edge)
              expect({ col, row, count: found.length }).toEqual({ col, row, count: 1 });
          }
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it("are parted box by box, without gap or overlap", () => {
    const square = (x: number, y: number, side: number): TracedRing => ({
      points: Int32Array.from([x, y, x, y + side, x + side, y + side, x + side, y]),
      marks: new Uint8Array(4),
      mayRepeat: false,
    });
    const [side, from] = [9_000, 3];
    const boxes = classBoxes([square(from, from, side)]);
    expect(boxes.length).toBe(9);
    let pixels = 0;
    for (const box of boxes) {
      const corner = { ...box, widthPx: Math.min(60, box.widthPx), heightPx: Math.min(50, box.heightPx) };
      const { labels, count, classes } = partByClass([square(from, from, side)], corner, new Uint8Array(60 * 50).fill(2), 1);
      expect([count, [...classes]]).toEqual([1, [0, 2]]);
      expect(labels.filter((label) => label === 1).length).toBe((corner.widthPx - 2) * (corner.heightPx - 2));
      pixels += (box.widthPx - 2) * (box.heightPx - 2);
    }
    expect(pixels).toBe(side * side);
  });
});
