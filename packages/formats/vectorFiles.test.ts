import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExportFeature, exportColumns, exportValues } from "./exportTable.ts";
import { type SqliteValue, writeGeoPackage } from "./geopackage.ts";
import { outputCrs, signedDoubleArea } from "./outputCrs.ts";
import { esriWkt, writeShapefile } from "./shapefile.ts";

const require = createRequire(import.meta.url);
const Libsql: typeof import("libsql") = require("libsql");
/** What GDAL read from these very files: tests/golden/vectors/make.py. */
const golden = join(import.meta.dirname, "../../tests/golden/vectors/read-by-gdal.json");

const square = (west: number, south: number, size: number): [number, number][] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];
const features: ExportFeature[] = [
  {
    id: "a-1",
    geometry: { type: "Polygon", coordinates: [square(-76.5, 34.7, 0.002), square(-76.4995, 34.7005, 0.0005).reverse()] },
    class: "reef",
    areaM2: 38_211.12345,
    perimeterMeters: 801.25,
    probability: 0.87654321,
    probabilityP10: 0.6,
    compactness: 0.78,
    model: "marsh-1",
    survey: "<script>alert('x')</script> =cmd() ‮ 🦪",
    source: "predicted",
    date: "2026-11-22T12:00:00.000Z",
    properties: { Observer: "Ana", "observer's longer note": `${"é".repeat(200)}!`, depth: -1.5, seen: true, class: "theirs" },
  },
  {
    id: "a-2",
    geometry: { type: "Polygon", coordinates: [square(-76.49, 34.71, 0.001)] },
    class: "unsure",
    areaM2: 9_000,
    perimeterMeters: 400,
    probability: null,
    model: null,
    survey: "b",
    source: "drawn",
    properties: { Observer: null, depth: 4e12, seen: false },
  },
];
const columns = exportColumns(features);
const now = new Date("2026-11-22T12:00:00Z");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "reefline-vectors-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function* records(crs: ReturnType<typeof outputCrs>) {
  for (const feature of features) yield { rings: crs.rings(feature.geometry), values: exportValues(feature, columns) };
}

async function geoPackage(name: string, epsg: number | null): Promise<InstanceType<typeof Libsql>> {
  const database = new Libsql(join(folder, `${name}.gpkg`));
  const file = {
    execute: (sql: string) => void database.exec(sql),
    prepare: (sql: string) => {
      const statement = database.prepare(sql);
      return (values: readonly SqliteValue[]) =>
        void statement.run(values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)));
    },
  };
  const crs = outputCrs(epsg === null ? null : crsFromEpsg(epsg));
  await writeGeoPackage(file, { name, crs, columns }, records(crs), now);
  return database;
}

describe("columns", () => {
  it("are ours, then theirs by kind; names that collide are ours", () => {
    expect(columns.map(({ name }) => name)).toEqual(
      "id class area_m2 perimeter_m probability probability_p10 compactness model survey source date Observer|observer's longer note|depth|seen"
        .split(" ")
        .flatMap((part, i, all) => (i < 11 ? [part] : i === 11 ? all.slice(11).join(" ").split("|") : [])),
    );
    expect(columns.slice(-3).map(({ type }) => type)).toEqual(["string", "double", "bool"]);
    expect(exportValues(features[0] as ExportFeature, columns)[1]).toBe("reef");
  });

  it("are text where kinds differ", () => {
    const [mixed] = exportColumns([{ properties: { mixed: 1 } }, { properties: { mixed: "one" } }]).slice(-1);
    expect(mixed).toEqual({ name: "mixed", type: "string" });
  });
});

describe("GeoPackage", () => {
  it("is one, with its index, extent and every attribute", async () => {
    const database = await geoPackage("reefs", 32618);
    expect(database.prepare("PRAGMA application_id").get()).toMatchObject({ application_id: 0x47504b47 });
    expect(database.prepare("SELECT count(*) AS n FROM rtree_reefs_geom").get()).toMatchObject({ n: 2 });
    const row = database.prepare('SELECT * FROM "reefs" ORDER BY fid').all()[0] as Record<string, unknown>;
    expect(row).toMatchObject({ id: "a-1", probability: 0.8765, Observer: "Ana", depth: -1.5, seen: 1, survey: features[0]?.survey });
    const contents = database.prepare("SELECT * FROM gpkg_contents").get() as Record<string, number>;
    expect(contents.srs_id).toBe(32618);
    expect(contents.max_x ?? 0).toBeGreaterThan(contents.min_x ?? 0);
    expect(database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    database.close();
  });

  it("of nothing has no extent", async () => {
    const database = new Libsql(join(folder, "none.gpkg"));
    const file = {
      execute: (sql: string) => void database.exec(sql),
      prepare: (sql: string) => (values: readonly SqliteValue[]) => void database.prepare(sql).run([...values]),
    };
    await writeGeoPackage(file, { name: 'a "b" c', crs: outputCrs(null), columns }, [], now);
    expect(database.prepare("SELECT min_x FROM gpkg_contents").get()).toMatchObject({ min_x: null });
    database.close();
  });
});

describe("Shapefile", () => {
  it("says what it could not hold, and cuts no letter in two", async () => {
    const crs = outputCrs(crsFromEpsg(32618));
    const losses = await writeShapefile(join(folder, "reefs"), crs, columns, records(crs), now);
    expect(losses).toEqual({
      renamed: {
        perimeter_m: "perimeter_",
        probability: "probabilit",
        probability_p10: "probabil_1",
        compactness: "compactnes",
        "observer's longer note": "observer_s",
      },
      cutTexts: 1,
    });
    const dbf = readFileSync(join(folder, "reefs.dbf"));
    expect(dbf.readUInt32LE(4)).toBe(2);
    expect(new TextDecoder("utf-8", { fatal: true }).decode(dbf.subarray(dbf.readUInt16LE(8)))).toContain("é".repeat(127));
    const shp = readFileSync(join(folder, "reefs.shp"));
    expect(shp.readInt32BE(24) * 2).toBe(shp.length);
    expect(readFileSync(join(folder, "reefs.shx")).length).toBe(100 + 8 * 2);
  });

  it("of nothing is whole as well", async () => {
    await writeShapefile(join(folder, "none"), outputCrs(null), columns, [], now);
    expect(readFileSync(join(folder, "none.shp")).length).toBe(100);
  });

  it("speaks ESRI's dialect of WKT", () => {
    expect(esriWkt(outputCrs(crsFromEpsg(32618)).wkt ?? "")).toBe(
      'PROJCS["WGS_1984_UTM_zone_18N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-75],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]',
    );
  });
});

describe("GDAL", () => {
  it("reads both with the same places and attributes", async () => {
    const crs = outputCrs(crsFromEpsg(32618));
    // With REEFLINE_KEEP_VECTORS the files stay there for tests/golden/vectors/make.py.
    const kept = process.env.REEFLINE_KEEP_VECTORS;
    if (kept) {
      await writeShapefile(join(kept, "reefs"), crs, columns, records(crs), now);
      (await geoPackage("reefs-kept", 32618)).close();
      writeFileSync(join(kept, "reefs.gpkg"), readFileSync(join(folder, "reefs-kept.gpkg")));
    }
    const seen = JSON.parse(readFileSync(golden, "utf8")) as Record<"gpkg" | "shp", { epsg: number; rows: Record<string, unknown>[] }>;
    for (const { epsg, rows } of [seen.gpkg, seen.shp]) {
      expect(epsg).toBe(32618);
      expect(rows).toHaveLength(2);
      for (const [i, row] of rows.entries()) {
        expect(row).toMatchObject({ valid: true, id: features[i]?.id, class: features[i]?.class });
        expect(row.areaM2).toBeCloseTo(
          crs
            .rings((features[i] as ExportFeature).geometry)
            .reduce((sum, ring, r) => sum + (r === 0 ? 1 : -1) * Math.abs(signedDoubleArea(ring)), 0) / 2,
          2,
        );
      }
    }
    expect(seen.gpkg.rows[0]).toMatchObject({ Observer: "Ana", depth: -1.5, seen: true, survey: features[0]?.survey });
    expect(seen.shp.rows[1]).toMatchObject({ depth: 4e12, seen: false });
  });
});
