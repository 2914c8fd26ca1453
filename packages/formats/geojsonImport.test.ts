import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { polygonSchema } from "@reefline/schema/feature";
import { defaultLimits } from "@reefline/schema/limits";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGeoJson } from "./geojsonImport.ts";

const repository = join(import.meta.dirname, "../..");
const golden = join(repository, "tests/golden/geojson");
const shared = process.env.REEFLINE_SHARED_DATA ?? join(repository, "../shared/data");

const square = [
  [10, 50],
  [10.3, 50],
  [10.3, 50.2],
  [10, 50.2],
  [10, 50],
];
const hole = [
  [10.1, 50.1],
  [10.1, 50.15],
  [10.2, 50.15],
  [10.1, 50.1],
];
const feature = (geometry: unknown, properties: unknown = {}) => ({ type: "Feature", properties, geometry });
const collection = (...features: unknown[]) => JSON.stringify({ type: "FeatureCollection", features });
const polygon = (...coordinates: unknown[]) => ({ type: "Polygon", coordinates });

const doubleArea = (ring: readonly (readonly [number, number])[]) =>
  ring.reduce((sum, [x, y], i) => {
    const next = ring[(i + 1) % ring.length];
    return sum + (next ? x * next[1] - next[0] * y : 0);
  }, 0);

describe("parseGeoJson", () => {
  it("keeps holes and attributes, and turns rings the way RFC 7946 wants", async () => {
    const { polygons, report } = await parseGeoJson(
      collection(feature(polygon([...square].reverse(), [...hole].reverse()), { class: " reef ", depth: 3 })),
    );
    expect(polygons).toHaveLength(1);
    const [only] = polygons;
    expect(only?.properties).toEqual({ class: " reef ", depth: 3 });
    expect(only?.class).toBe("reef");
    expect(only?.geometry.coordinates).toHaveLength(2);
    expect(doubleArea(only?.geometry.coordinates[0] ?? [])).toBeGreaterThan(0);
    expect(doubleArea(only?.geometry.coordinates[1] ?? [])).toBeLessThan(0);
    expect(report).toMatchObject({ featureCount: 1, polygonCount: 1, skipped: [], changed: [], reprojectedFrom: null });
  });

  it("takes a feature, a bare geometry, a MultiPolygon and nested collections apart", async () => {
    const multi = { type: "MultiPolygon", coordinates: [[square], [square.map(([x = 0, y = 0]) => [x + 1, y, 12])]] };
    const one = await parseGeoJson(JSON.stringify(feature(multi, { n: 7 })));
    expect(one.polygons.map((p) => p.properties)).toEqual([{ n: 7 }, { n: 7 }]);
    expect(one.polygons[1]?.geometry.coordinates[0]?.[0]).toEqual([11, 50]);
    expect(one.report.changed.map((note) => note.code)).toEqual(["heights-dropped"]);
    const nested = {
      type: "GeometryCollection",
      geometries: [
        { type: "Point", coordinates: [1, 2] },
        { type: "GeometryCollection", geometries: [polygon(square)] },
      ],
    };
    const two = await parseGeoJson(JSON.stringify(nested));
    expect(two.polygons).toHaveLength(1);
    expect(two.report.skipped).toEqual([{ code: "not-a-polygon", reason: "not a polygon (Point)", count: 1, featureIndexes: [0] }]);
  });

  it("closes open rings, drops repeats and useless holes, and says so", async () => {
    const repeated = [square[0], square[0], square[1], square[2], square[2], square[3]];
    const { polygons, report } = await parseGeoJson(collection(feature(polygon(repeated, [hole[0], hole[1], hole[0]]))));
    expect(polygons[0]?.geometry.coordinates).toEqual([square]);
    expect(report.changed.map((note) => note.code).sort()).toEqual(["closed", "hole-dropped", "repeats-dropped"]);
  });

  it("repairs bow-ties and leaves out holes that lie outside", async () => {
    const bowTie = [
      [0, 0],
      [2, 2],
      [2, 0],
      [0, 2],
      [0, 0],
    ];
    const outside = hole.map(([x = 0, y = 0]) => [x + 5, y]);
    const { polygons, report } = await parseGeoJson(collection(feature(polygon(bowTie)), feature(polygon(square, outside))));
    expect(polygons.map((p) => p.featureIndex)).toEqual([0, 0, 1]);
    expect(polygons[2]?.geometry.coordinates).toHaveLength(1);
    expect(report.changed.every((note) => note.code === "repaired")).toBe(true);
  });

  it("skips what cannot be a polygon and counts it by reason with its place in the file", async () => {
    const text = collection(
      feature(null),
      feature(polygon([[1, 1]])),
      feature(polygon(square)),
      feature(polygon([["1", "2"], ...square])),
      null,
      feature(polygon([])),
      feature(
        polygon([
          [1, 1],
          [2, 2],
          [3, 3],
          [1, 1],
        ]),
      ),
      feature({ type: "Circle" }),
    ).replace('"Circle"', '"Circle","radius":NaN,"note":"NaN \\" -Infinity"');
    const { polygons, report } = await parseGeoJson(text);
    expect(polygons.map((p) => p.featureIndex)).toEqual([2]);
    expect(Object.fromEntries(report.skipped.map((note) => [note.code, note.featureIndexes]))).toEqual({
      "no-geometry": [0],
      "too-few-corners": [1, 5],
      "not-numbers": [3],
      "not-a-feature": [4],
      "no-area": [6],
      "unknown-geometry": [7],
    });
    const infinite = JSON.stringify(polygon(square)).replace("10.3", "-Infinity");
    expect((await parseGeoJson(infinite)).report.skipped[0]?.code).toBe("not-numbers");
  });

  it("reads byte-order marks and UTF-16", async () => {
    const text = JSON.stringify(feature(polygon(square), { name: "Île 🦪" }));
    for (const bytes of [Buffer.from(`\uFEFF${text}`, "utf8"), Buffer.from(`\uFEFF${text}`, "utf16le")]) {
      expect((await parseGeoJson(bytes)).polygons[0]?.properties).toEqual({ name: "Île 🦪" });
    }
  });

  it("reprojects by the declared CRS as GDAL does, to a tenth of a millimetre", async () => {
    const expected = JSON.parse(readFileSync(join(golden, "utm45-expected.json"), "utf8")) as { coordinates: [number, number][][] };
    const source = readFileSync(join(golden, "utm45.geojson"), "utf8");
    for (const name of ["urn:ogc:def:crs:EPSG::32645", "EPSG:32645", "http://www.opengis.net/def/crs/EPSG/0/32645"]) {
      const { polygons, report } = await parseGeoJson(source.replace("urn:ogc:def:crs:EPSG::32645", name));
      expect(report.reprojectedFrom).toMatch(/45N/i);
      const rings = polygons[0]?.geometry.coordinates ?? [];
      expect(rings.map((ring) => ring.length)).toEqual([5, 4]);
      for (const [r, ring] of rings.entries()) {
        const wanted = new Set(ring.map(([lon, lat]) => `${lon.toFixed(8)},${lat.toFixed(8)}`));
        expect(new Set(expected.coordinates[r]?.map(([lon, lat]) => `${lon.toFixed(8)},${lat.toFixed(8)}`))).toEqual(wanted);
      }
    }
  });

  it("takes CRS84 and EPSG:4326 as longitude and latitude", async () => {
    for (const name of ["urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]) {
      const { polygons } = await parseGeoJson(JSON.stringify({ ...polygon(square), crs: { type: "name", properties: { name } } }));
      expect(polygons[0]?.geometry.coordinates).toEqual([square]);
    }
  });

  const sentences: [string, unknown, RegExp][] = [
    [
      "metres without a CRS",
      polygon([
        [353000, 3057000],
        [353100, 3057000],
        [353100, 3057100],
        [353000, 3057000],
      ]),
      /such as UTM/,
    ],
    [
      "web mercator metres",
      polygon([
        [-9353000, 3057000],
        [-9353100, 3057000],
        [-9353100, 3057100],
        [-9353000, 3057000],
      ]),
      /Web Mercator/,
    ],
    [
      "swapped axes",
      polygon([
        [-33, 151],
        [-33.1, 151],
        [-33.1, 151.2],
        [-33, 151],
      ]),
      /swapped/,
    ],
    ["an unknown CRS", { ...polygon(square), crs: { type: "name", properties: { name: "Mars 2000" } } }, /Mars 2000/],
    ["a linked CRS", { ...polygon(square), crs: { type: "link", properties: { href: "x" } } }, /crs member/],
    ["TopoJSON", { type: "Topology", objects: {} }, /"Topology"/],
    ["a list", [1, 2], /not GeoJSON/],
    ["a number", 12, /not GeoJSON/],
    ["no features", { type: "FeatureCollection" }, /no list of features/],
  ];
  it.each(sentences)("refuses %s in one sentence", async (_name, value, sentence) => {
    await expect(parseGeoJson(JSON.stringify(value))).rejects.toThrow(sentence);
    await expect(parseGeoJson(JSON.stringify(value))).rejects.toMatchObject({ name: "AppError", kind: "bad-input" });
  });

  it("refuses what is not GeoJSON text, too deep, too big or too many", async () => {
    const deep = `{"type":"Polygon","coordinates":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    await expect(parseGeoJson(deep)).rejects.toMatchObject({ kind: "limit", code: "formats/json-depth" });
    await expect(parseGeoJson("{} ".repeat(99), { ...defaultLimits, jsonBytes: 100 })).rejects.toMatchObject({ code: "formats/json-size" });
    const many = collection(feature(null), feature(null), feature(null));
    await expect(parseGeoJson(many, { ...defaultLimits, featuresPerImport: 2 })).rejects.toMatchObject({
      code: "formats/too-many-features",
    });
    const manyParts = JSON.stringify({ type: "MultiPolygon", coordinates: [[square], [square], [square]] });
    await expect(parseGeoJson(manyParts, { ...defaultLimits, featuresPerImport: 2 })).rejects.toMatchObject({
      code: "formats/too-many-features",
    });
    const big = await parseGeoJson(JSON.stringify(polygon(square)), { ...defaultLimits, verticesPerFeature: 4 });
    expect(big.report.skipped[0]?.code).toBe("too-many-vertices");
    for (const [bytes, sentence] of [
      [Buffer.from("PK\u0003\u0004"), /zip/],
      [Buffer.from([0x1f, 0x8b, 8]), /gzip/],
      [Buffer.from([0x7b, 0xff, 0xfe]), /UTF-8/],
      [Buffer.from("<html>"), /web page/],
      [Buffer.from(" \n"), /empty/],
      [Buffer.from('{"type":"Feature","geom'), /not valid JSON/],
    ] as const) {
      await expect(parseGeoJson(bytes)).rejects.toThrow(sentence);
    }
  });

  it("reads a polygon of 300,000 corners, more than GEOS starts with memory for", async () => {
    const corners = Array.from({ length: 300_000 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 300_000;
      return [10 + (0.1 + 0.001 * Math.sin(angle * 99)) * Math.cos(angle), 50 + 0.1 * Math.sin(angle)];
    });
    const { polygons, report } = await parseGeoJson(JSON.stringify(polygon([...corners, corners[0]])));
    expect(polygons[0]?.geometry.coordinates[0]).toHaveLength(300_001);
    expect(report.changed).toEqual([]);
  });

  it("answers any JSON with polygons that are in the schema or with an AppError", async () => {
    const coordinate = fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.constant(null));
    const ring = fc.array(fc.array(coordinate, { minLength: 1, maxLength: 3 }), { maxLength: 7 });
    const geometry = fc.record({
      type: fc.constantFrom("Polygon", "MultiPolygon", "Point"),
      coordinates: fc.array(ring, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(geometry, fc.jsonValue()), { maxLength: 4 }), async (geometries) => {
        const text = collection(...geometries.map((g) => feature(g)));
        try {
          const { polygons } = await parseGeoJson(text);
          for (const { geometry } of polygons) polygonSchema.parse(geometry);
        } catch (error) {
          expect(error).toMatchObject({ name: "AppError" });
        }
      }),
      { numRuns: 300 },
    );
  });

  const hints = join(shared, "formats/geojson/hint");
  it.skipIf(!existsSync(hints))("reads or refuses every file of the public collection of good and bad GeoJSON", async () => {
    const outcome: Record<string, number | string> = {};
    for (const folder of ["good", "bad"]) {
      for (const name of readdirSync(join(hints, folder)).filter((file) => file.endsWith(".geojson"))) {
        try {
          outcome[name] = (await parseGeoJson(readFileSync(join(hints, folder, name)))).polygons.length;
        } catch (error) {
          expect(error).toMatchObject({ name: "AppError" });
          outcome[name] = (error as { code: string }).code;
        }
      }
    }
    expect(outcome).toMatchObject({
      "good-polygon.geojson": 1,
      "multipolygon.geojson": expect.any(Number),
      "nullgeometry.geojson": 0,
      "bad-json.geojson": "formats/not-json",
      "bad-object-type.geojson": "formats/not-geojson",
      "bad-polygon-interiorring-rhr.geojson": 1,
      "different-first-last.geojson": 1,
      "different-first-size.geojson": 2,
      "badcoordtype.geojson": 0,
      "notype.geojson": "formats/not-geojson",
    });
    for (const name of readdirSync(join(hints, "good"))) {
      // Valid as GeoJSON, but its coordinates lie outside the globe.
      const wanted = name === "issue82.geojson" ? "formats/out-of-range" : expect.any(Number);
      expect(outcome[name], name).toEqual(wanted);
    }
  });

  const banepa = join(shared, "banepa");
  it.skipIf(!existsSync(banepa))("imports the 927 hand-drawn buildings of a real survey", async () => {
    const { polygons, report } = await parseGeoJson(readFileSync(join(banepa, "buildings.geojson")));
    expect(report.featureCount).toBe(927);
    expect(new Set(polygons.map((p) => p.featureIndex)).size).toBe(927);
    expect(report.skipped).toEqual([]);
  });
});
