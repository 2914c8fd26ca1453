import { VectorTile } from "@mapbox/vector-tile";
import type { Polygon, Position } from "@reefline/schema/feature";
import { booleanIntersects, polygon as turfPolygon } from "@turf/turf";
import fc from "fast-check";
import { PbfReader } from "pbf";
import { describe, expect, it } from "vitest";
import { PackedShapes } from "./packedShapes.ts";
import { polygonTile, tileBuffer, tileExtent } from "./polygonTile.ts";

/** A ring of `corners` around a middle, with a hole when there is room. */
function blob(lon: number, lat: number, radius: number, corners: number, wobble: number, hole = true): Polygon {
  const ring = (size: number): Position[] => {
    const all = Array.from({ length: corners }, (_, corner): Position => {
      const angle = (corner / corners) * 2 * Math.PI;
      const r = size * (1 + wobble * Math.sin(angle * 5));
      return [lon + r * Math.cos(angle), lat + r * 0.6 * Math.sin(angle)];
    });
    return [...all, all[0] ?? [lon, lat]];
  };
  return { type: "Polygon", coordinates: hole ? [ring(radius), ring(radius * 0.3).reverse()] : [ring(radius)] };
}

function tileOf(polygons: readonly Polygon[], at: { z: number; x: number; y: number }) {
  const shapes = new PackedShapes();
  for (const polygon of polygons) shapes.add(polygon);
  const bytes = polygonTile(
    {
      layerName: "shapes",
      shapes,
      includes: () => true,
      idOf: (place) => place + 2 ** 45,
      writeTags: (place, writer) => {
        writer.tag("class", place % 2 === 0 ? "reef" : "unsure");
        writer.tag("share", place / 8);
        writer.tag("locked", place % 3 === 0);
      },
    },
    at,
  );
  const layer = bytes ? new VectorTile(new PbfReader(bytes)).layers.shapes : undefined;
  const features = layer ? Array.from({ length: layer.length }, (_, index) => layer.feature(index)) : [];
  return { bytes, layer, features, places: new Set(features.map((feature) => (feature.id ?? 0) - 2 ** 45)) };
}

const tileAt = (z: number, lon: number, lat: number) => ({
  z,
  x: Math.floor(((lon + 180) / 360) * 2 ** z),
  y: Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z),
});

/** Ground of a tile as a polygon, made smaller by `shrink` of its width on each side. */
function ground({ z, x, y }: { z: number; x: number; y: number }, shrink: number) {
  const lon = (at: number) => (at / 2 ** z) * 360 - 180;
  const lat = (at: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * at) / 2 ** z))) * 180) / Math.PI;
  const [west, east, north, south] = [lon(x + shrink), lon(x + 1 - shrink), lat(y + shrink), lat(y + 1 - shrink)];
  return turfPolygon([
    [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ],
  ]);
}

describe("a vector tile of polygons", () => {
  it("is read by Mapbox's reader: ids, tags, rings that wind as the specification wants, holes", () => {
    const at = tileAt(18, -8.5001, 41.2003);
    const { layer, features } = tileOf([blob(-8.5001, 41.2003, 2e-4, 37, 0.1), blob(-8.5002, 41.2003, 1e-4, 11, 0)], at);
    expect(layer?.version).toBe(2);
    expect(layer?.extent).toBe(tileExtent);
    expect(features.map((feature) => feature.properties)).toEqual([
      { class: "reef", share: 0, locked: true },
      { class: "unsure", share: 0.125, locked: false },
    ]);
    const [first] = features;
    expect(first?.type).toBe(3);
    expect(first?.id).toBe(2 ** 45);
    const rings = first?.loadGeometry() ?? [];
    expect(rings).toHaveLength(2);
    const doubleArea = (ring: { x: number; y: number }[]) =>
      ring.slice(1).reduce((sum, { x, y }, index) => sum + (ring[index]?.x ?? 0) * y - x * (ring[index]?.y ?? 0), 0);
    expect(doubleArea(rings[0] ?? [])).toBeGreaterThan(0);
    expect(doubleArea(rings[1] ?? [])).toBeLessThan(0);
  });

  it("keeps every corner within half a pixel and, at the deepest zoom, to the unit", () => {
    const polygon = blob(-8.5001, 41.2003, 1e-5, 90, 0.2, false);
    const at = tileAt(22, -8.5001, 41.2003);
    const { features } = tileOf([polygon], at);
    const back = features[0]?.toGeoJSON(at.x, at.y, at.z);
    if (back?.geometry.type !== "Polygon") throw new Error("no polygon came back");
    const unitDegrees = 360 / 2 ** 22 / tileExtent;
    const all = back.geometry.coordinates[0] ?? [];
    // Those well inside the tile come back; the rest was cut.
    const found = (polygon.coordinates[0] ?? []).filter(([lon, lat]) =>
      all.some(([x = 0, y = 0]) => Math.hypot(x - lon, y - lat) < unitDegrees),
    );
    expect(found.length).toBeGreaterThan(8);
  });

  it("stays within its buffer and under half a megabyte, lacking only the smallest", () => {
    const polygons = Array.from({ length: 60_000 }, (_, index) =>
      blob(-8.5 + (index % 300) * 1e-4, 41.2 + Math.floor(index / 300) * 1e-4, 2e-5 + (index % 7) * 3e-6, 12, 0.05, false),
    );
    const { bytes, features, places } = tileOf(polygons, tileAt(14, -8.48, 41.21));
    expect(bytes?.length).toBeLessThan(500 * 1_024);
    expect(features.length).toBeGreaterThan(8_000);
    for (const feature of features) {
      for (const ring of feature.loadGeometry())
        for (const { x, y } of ring) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(-tileBuffer);
          expect(Math.max(x, y)).toBeLessThanOrEqual(tileExtent + tileBuffer);
        }
    }
    const bySize = Array.from({ length: 7 }, (_, size) => [...places].filter((place) => place % 7 === size).length);
    const whole = bySize[6] ?? 0;
    const partial = bySize.filter((count) => count > 0 && count < whole * 0.95);
    expect(bySize[0]).toBe(0);
    expect(partial.length).toBeLessThanOrEqual(1);
  });

  it("holds every polygon that meets it and is a pixel large, and none that does not (brute force by Turf)", () => {
    const shapes = fc.array(
      fc.record({
        east: fc.double({ min: -1.6, max: 1.6, noNaN: true }),
        north: fc.double({ min: -1.6, max: 1.6, noNaN: true }),
        radius: fc.double({ min: 1e-5, max: 0.7, noNaN: true }),
        corners: fc.integer({ min: 3, max: 40 }),
        wobble: fc.double({ min: 0, max: 0.3, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 22 }), fc.double({ min: -70, max: 70, noNaN: true }), shapes, (z, lat, all) => {
        const at = tileAt(z, -8.5, lat);
        const width = 360 / 2 ** z;
        const polygons = all.map(({ east, north, radius, corners, wobble }) =>
          blob(-8.5 + east * width, lat + north * width * Math.cos((lat * Math.PI) / 180), radius * width, corners, wobble),
        );
        const { places } = tileOf(polygons, at);
        for (const [place, polygon] of polygons.entries()) {
          const lons = (polygon.coordinates[0] ?? []).map(([lon]) => lon);
          const isLarge = Math.max(...lons) - Math.min(...lons) > width / 500;
          const shape = turfPolygon(polygon.coordinates);
          if (isLarge && booleanIntersects(shape, ground(at, 0.002))) expect(places.has(place)).toBe(true);
          if (places.has(place)) expect(booleanIntersects(shape, ground(at, -0.03))).toBe(true);
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("shows on both sides what crosses the antimeridian", () => {
    const crossing: Polygon = {
      type: "Polygon",
      coordinates: [
        [
          [179.9995, -17.001],
          [-179.9995, -17.001],
          [-179.9995, -17],
          [179.9995, -17],
          [179.9995, -17.001],
        ],
      ],
    };
    const { y } = tileAt(14, 179.9995, -17.0005);
    const [west, east] = [tileOf([crossing], { z: 14, x: 2 ** 14 - 1, y }), tileOf([crossing], { z: 14, x: 0, y })];
    const xs = (features: typeof west.features) =>
      features.flatMap((feature) =>
        feature
          .loadGeometry()
          .flat()
          .map((point) => point.x),
      );
    expect(Math.max(...xs(west.features))).toBeGreaterThan(tileExtent);
    expect(Math.min(...xs(west.features))).toBeGreaterThan(4_000);
    expect(Math.min(...xs(east.features))).toBeLessThan(0);
    expect(Math.max(...xs(east.features))).toBeLessThan(100);
    expect(tileOf([crossing], { z: 14, x: 2 ** 13, y }).bytes).toBeNull();
  });

  it("draws what is thinner than a unit as a sliver, and leaves out what is smaller than a pixel", () => {
    const thin = {
      ...blob(0, 0, 1, 4, 0),
      coordinates: [
        [
          [0.1, 0.1],
          [0.6, 0.1],
          [0.6, 0.1 + 1e-7],
          [0.1, 0.1],
        ] as Position[],
      ],
    };
    expect(tileOf([thin], tileAt(9, 0.3, 0.1)).features).toHaveLength(1);
    expect(tileOf([blob(0.3, 0.1, 1e-6, 9, 0)], tileAt(9, 0.3, 0.1)).bytes).toBeNull();
  });

  it("shows ground full of what is smaller than a pixel about as full as it is", () => {
    // Half a pixel wide and high each: a quarter of them, drawn a pixel large.
    const pixel = 360 / 2 ** 12 / 512;
    const polygons = Array.from({ length: 8_000 }, (_, i) =>
      blob(10 + (i % 100) * pixel, 0.001 + Math.floor(i / 100) * pixel, pixel / 4, 8, 0, false),
    );
    const { places } = tileOf(polygons, tileAt(12, 10.01, 0.01));
    expect(places.size / polygons.length).toBeGreaterThan(0.2);
    expect(places.size / polygons.length).toBeLessThan(0.3);
    const farther = tileOf(polygons, tileAt(11, 10.01, 0.01)).places;
    expect(farther.size).toBeGreaterThan(100);
    for (const place of farther) expect(places.has(place)).toBe(true);
  });

  it("is bounded in time for a ring of hostile length", () => {
    const ring = Array.from({ length: 200_000 }, (_, i): Position => [i * 1e-6, i % 2 === 0 ? i * 1e-6 : 0]);
    const { features } = tileOf([{ type: "Polygon", coordinates: [[...ring, ring[0] ?? [0, 0]]] }], tileAt(10, 0.1, 0.05));
    expect(features).toHaveLength(1);
  });
});
