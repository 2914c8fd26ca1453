import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExportFeature } from "./exportTable.ts";
import { exportGeoJson } from "./geojsonExport.ts";
import { parseGeoJson } from "./geojsonImport.ts";

const golden = join(import.meta.dirname, "../../tests/golden/geojson");

const features: ExportFeature[] = [
  {
    id: "0b54b2f0-6a35-4a6e-9a5b-3c1c0a3f5a01",
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [-76.51234567891, 34.70000000049],
          [-76.5123, 34.7004],
          [-76.5117, 34.7004],
          [-76.5117, 34.7],
          [-76.51234567891, 34.70000000049],
        ],
        [
          [-76.5121, 34.7001],
          [-76.512, 34.7001],
          [-76.512, 34.7002],
          [-76.5121, 34.7001],
        ],
      ],
    },
    class: "reef",
    areaM2: 2461.987654321,
    perimeterMeters: 201.5,
    probability: null,
    model: null,
    survey: '<script>alert("x")</script> =cmd()|\' \u202e 🦪',
    source: "drawn",
    properties: { observer: "Ana", class: "not this one", nested: { a: [1, null] } },
  },
  {
    id: "p-1",
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [0.25, 0],
          [0.25, 0.125],
          [0, 0],
        ],
      ],
    },
    class: "reef",
    areaM2: 193_000_000,
    perimeterMeters: Number.NaN,
    probability: 0.87654321,
    model: "marsh-1",
    survey: "b",
    source: "predicted",
  },
];

const collect = async (pieces: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
};

describe("exportGeoJson", async () => {
  const text = (await collect(exportGeoJson(features, { name: "Middle Marsh — “reefs”" }))).join("");

  it("writes the bytes that GDAL was shown", () => {
    expect(text).toBe(readFileSync(join(golden, "export.geojson"), "utf8"));
  });

  it("is read by GDAL with our attributes, in WGS 84, wound the right way", () => {
    const seen = JSON.parse(readFileSync(join(golden, "export-read-by-gdal.json"), "utf8"));
    expect(seen.crs).toBe("EPSG:4326");
    expect(seen.geometryType).toBe("Polygon");
    for (const field of ["id", "class", "area_m2", "perimeter_m", "probability", "model", "survey", "source", "observer"])
      expect(seen.fields).toContain(field);
    expect(seen.rows).toHaveLength(2);
    for (const row of seen.rows) expect(row).toMatchObject({ valid: true, outerCounterClockwise: true, class: "reef" });
    expect(seen.rows[0].holesClockwise).toEqual([true]);
    expect(seen.rows[0]).toMatchObject({ area_m2: 2461.9877, survey: features[0]?.survey, source: "drawn" });
    expect(seen.rows[1]).toMatchObject({ probability: 0.8765, model: "marsh-1" });
  });

  it("comes back through the import within a tenth of a millimetre and with the same attributes", async () => {
    const { polygons, report } = await parseGeoJson(text);
    expect(report.skipped).toEqual([]);
    expect(polygons[0]?.properties).toMatchObject({
      observer: "Ana",
      nested: { a: [1, null] },
      survey: features[0]?.survey,
      class: "reef",
    });
    const corners = new Set(polygons[0]?.geometry.coordinates[0]?.map(([lon, lat]) => `${lon},${lat}`));
    expect(corners).toEqual(new Set(["-76.512345679,34.7", "-76.5123,34.7004", "-76.5117,34.7004", "-76.5117,34.7"]));
  });

  it("is an empty collection when there is nothing", async () => {
    expect(JSON.parse((await collect(exportGeoJson([], { name: "none" }))).join(""))).toEqual({
      type: "FeatureCollection",
      name: "none",
      features: [],
    });
  });

  it("holds one feature at a time", async () => {
    const pieces = exportGeoJson(
      (function* () {
        for (let i = 0; i < 3; i++) yield { ...features[1], id: String(i) } as ExportFeature;
      })(),
      { name: "n" },
    );
    expect((await collect(pieces)).map((piece) => piece.length < 600)).toEqual([true, true, true, true, true]);
  });
});
