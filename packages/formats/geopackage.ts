import type { ExportColumn, ExportValue } from "./exportTable.ts";
import { type OutputCrs, woundRing } from "./outputCrs.ts";

export type SqliteValue = string | number | Uint8Array | null;

/** The part of a SQLite database that the writer needs; whoever has a driver gives it. */
export interface SqliteFile {
  execute(sql: string): void;
  prepare(sql: string): (values: readonly SqliteValue[]) => void;
}

export interface GeoPackageLayer {
  /** The table's name. */
  readonly name: string;
  readonly crs: OutputCrs;
  readonly columns: readonly ExportColumn[];
}

export interface GeoPackageRecord {
  readonly rings: readonly Float64Array[];
  readonly values: readonly ExportValue[];
}

const rowsPerCommit = 5_000;
const sqlTypes = { string: "TEXT", double: "REAL", bool: "BOOLEAN" } as const;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const undefinedGeographic = 0;
const undefinedCartesian = -1;

/**
 * Writes a GeoPackage 1.3 (OGC 12-128r17) with one layer of polygons and its R-tree index into an empty SQLite file, feature by feature.
 * @param now written as the time of last change
 */
export async function writeGeoPackage(
  file: SqliteFile,
  layer: GeoPackageLayer,
  records: Iterable<GeoPackageRecord> | AsyncIterable<GeoPackageRecord>,
  now: Date,
): Promise<void> {
  const { crs } = layer;
  const srsId = crs.epsg ?? (crs.isGeographic ? undefinedGeographic : undefinedCartesian);
  const geometryColumn = freeName("geom", layer.columns);
  const keyColumn = freeName("fid", layer.columns);
  const table = quoted(layer.name);
  const rtree = `rtree_${layer.name}_${geometryColumn}`;
  for (const statement of schemaStatements(layer, { srsId, geometryColumn, keyColumn, now })) file.execute(statement);
  const insertFeature = file.prepare(
    `INSERT INTO ${table} (${[keyColumn, geometryColumn, ...layer.columns.map(({ name }) => name)].map(quoted).join(", ")}) VALUES (${["?", "?", ...layer.columns.map(() => "?")].join(", ")})`,
  );
  const insertBox = file.prepare(`INSERT INTO ${quoted(rtree)} VALUES (?, ?, ?, ?, ?)`);
  const extent = emptyBox();
  let count = 0;
  file.execute("BEGIN");
  for await (const { rings, values } of records) {
    count++;
    const box = boxOf(rings[0] ?? new Float64Array(0));
    grow(extent, box);
    const stored = values.map((value) => (typeof value === "boolean" ? (value ? 1 : 0) : value));
    insertFeature([count, geometryBlob(rings, box, srsId), ...stored]);
    insertBox([count, box.minX, box.maxX, box.minY, box.maxY]);
    if (count % rowsPerCommit === 0) {
      file.execute("COMMIT");
      file.execute("BEGIN");
    }
  }
  const known = count > 0 ? [extent.minX, extent.minY, extent.maxX, extent.maxY] : [null, null, null, null];
  file.prepare("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?")(known);
  file.execute("COMMIT");
  // Only now: they call functions that GIS programs bring along, and would fail here.
  for (const statement of rtreeTriggers(layer.name, geometryColumn, keyColumn)) file.execute(statement);
}

interface Box {
  minX: number;
  maxX: number;
  minY: number;
  maxY: number;
}

const emptyBox = (): Box => ({ minX: Infinity, maxX: -Infinity, minY: Infinity, maxY: -Infinity });

function grow(box: Box, other: Box): void {
  box.minX = Math.min(box.minX, other.minX);
  box.maxX = Math.max(box.maxX, other.maxX);
  box.minY = Math.min(box.minY, other.minY);
  box.maxY = Math.max(box.maxY, other.maxY);
}

function boxOf(ring: Float64Array): Box {
  const box = emptyBox();
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [x, y] = [ring[i] ?? 0, ring[i + 1] ?? 0];
    grow(box, { minX: x, maxX: x, minY: y, maxY: y });
  }
  return box;
}

/** GeoPackage's header with the envelope, then well-known binary, little-endian. */
function geometryBlob(rings: readonly Float64Array[], { minX, maxX, minY, maxY }: Box, srsId: number): Uint8Array {
  const bytes = new Uint8Array(40 + 9 + rings.reduce((sum, ring) => sum + 4 + ring.length * 8, 0));
  const view = new DataView(bytes.buffer);
  bytes.set([0x47, 0x50, 0, 0b00000011]);
  view.setInt32(4, srsId, true);
  [minX, maxX, minY, maxY].forEach((value, i) => {
    view.setFloat64(8 + 8 * i, value, true);
  });
  view.setUint8(40, 1);
  view.setUint32(41, 3, true);
  view.setUint32(45, rings.length, true);
  let at = 49;
  for (const [index, ring] of rings.entries()) {
    view.setUint32(at, ring.length / 2, true);
    at += 4;
    for (const value of woundRing(ring, index === 0)) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

function freeName(name: string, columns: readonly ExportColumn[]): string {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}`;
  return free;
}

const wgs84Wkt =
  'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]';

function schemaStatements(
  { name, crs, columns }: GeoPackageLayer,
  { srsId, geometryColumn, keyColumn, now }: { srsId: number; geometryColumn: string; keyColumn: string; now: Date },
): string[] {
  const spatialReference = (srsName: string, id: number, organization: string, code: number, definition: string): string =>
    `INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (${text(srsName)}, ${id}, ${text(organization)}, ${code}, ${text(definition)}, NULL)`;
  const featureColumns = [
    `${quoted(keyColumn)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL`,
    `${quoted(geometryColumn)} POLYGON`,
    ...columns.map((column) => `${quoted(column.name)} ${sqlTypes[column.type]}`),
  ];
  return [
    // "GPKG", version 1.3.0.
    "PRAGMA application_id = 1196444487",
    "PRAGMA user_version = 10300",
    "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)",
    spatialReference("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
    spatialReference("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    spatialReference("WGS 84", 4326, "EPSG", 4326, wgs84Wkt),
    ...(crs.epsg === null ? [] : [spatialReference(crs.name, srsId, "EPSG", crs.epsg, crs.wkt ?? "undefined")]),
    "CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))",
    "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))",
    "CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))",
    `CREATE TABLE ${quoted(name)} (${featureColumns.join(", ")})`,
    `INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) VALUES (${text(name)}, 'features', ${text(name)}, ${text(now.toISOString())}, ${srsId})`,
    `INSERT INTO gpkg_geometry_columns VALUES (${text(name)}, ${text(geometryColumn)}, 'POLYGON', ${srsId}, 0, 0)`,
    `INSERT INTO gpkg_extensions VALUES (${text(name)}, ${text(geometryColumn)}, 'gpkg_rtree_index', 'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')`,
    `CREATE VIRTUAL TABLE ${quoted(`rtree_${name}_${geometryColumn}`)} USING rtree(id, minx, maxx, miny, maxy)`,
  ];
}

/** The triggers of the specification's R-tree extension (annex F.3), which keep the index true when a GIS program edits the layer. */
function rtreeTriggers(table: string, column: string, key: string): string[] {
  const rtree = quoted(`rtree_${table}_${column}`);
  const [t, c, i] = [quoted(table), quoted(column), quoted(key)];
  const put = `INSERT OR REPLACE INTO ${rtree} VALUES (NEW.${i}, ST_MinX(NEW.${c}), ST_MaxX(NEW.${c}), ST_MinY(NEW.${c}), ST_MaxY(NEW.${c}));`;
  const isThere = `(NEW.${c} NOTNULL AND NOT ST_IsEmpty(NEW.${c}))`;
  const isNot = `(NEW.${c} ISNULL OR ST_IsEmpty(NEW.${c}))`;
  const trigger = (suffix: string, when: string, condition: string, actions: string): string =>
    `CREATE TRIGGER ${quoted(`rtree_${table}_${column}_${suffix}`)} AFTER ${when} ON ${t} WHEN ${condition} BEGIN ${actions} END`;
  return [
    trigger("insert", "INSERT", isThere, put),
    trigger("update1", `UPDATE OF ${c}`, `OLD.${i} = NEW.${i} AND ${isThere}`, put),
    trigger("update2", `UPDATE OF ${c}`, `OLD.${i} = NEW.${i} AND ${isNot}`, `DELETE FROM ${rtree} WHERE id = OLD.${i};`),
    trigger("update3", "UPDATE", `OLD.${i} != NEW.${i} AND ${isThere}`, `DELETE FROM ${rtree} WHERE id = OLD.${i}; ${put}`),
    trigger("update4", "UPDATE", `OLD.${i} != NEW.${i} AND ${isNot}`, `DELETE FROM ${rtree} WHERE id IN (OLD.${i}, NEW.${i});`),
    trigger("delete", "DELETE", `OLD.${c} NOT NULL`, `DELETE FROM ${rtree} WHERE id = OLD.${i};`),
  ];
}
