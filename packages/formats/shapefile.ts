import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { AppError } from "@reefline/schema/errors";
import type { ExportColumn, ExportValue } from "./exportTable.ts";
import { type OutputCrs, woundRing } from "./outputCrs.ts";

export interface ShapefileRecord {
  readonly rings: readonly Float64Array[];
  readonly values: readonly ExportValue[];
}

/** What the format could not hold. */
export interface ShapefileLosses {
  /** Attributes under shorter names: theirs by ours. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Texts cut to 254 bytes. */
  readonly cutTexts: number;
}

const polygonType = 5;
const longestName = 10;
const longestText = 254;
/** Lengths are counted in 16-bit words in a signed 32-bit number; GIS programs stop at 2 GB. */
const largestBytes = 2 ** 31 - 1;
const numberWidth = 24;
const numberDecimals = 10;

/**
 * Writes an ESRI Shapefile (ESRI white paper, July 1998) of polygons, feature by feature: `.shp`, `.shx`, `.dbf` (UTF-8), `.cpg` and `.prj`.
 * @param basePath the files' common path without an ending
 * @throws AppError "formats/shapefile-size" beyond 2 GB
 */
export async function writeShapefile(
  basePath: string,
  crs: OutputCrs,
  columns: readonly ExportColumn[],
  records: Iterable<ShapefileRecord> | AsyncIterable<ShapefileRecord>,
  now: Date,
): Promise<ShapefileLosses> {
  const names = shortNames(columns);
  const widths = columns.map(({ type }) => (type === "string" ? longestText : type === "bool" ? 1 : numberWidth));
  const [shp, shx, dbf] = ["shp", "shx", "dbf"].map((ending) => new GrowingFile(`${basePath}.${ending}`));
  if (!shp || !shx || !dbf) throw new RangeError("three files");
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  let count = 0;
  let cutTexts = 0;
  try {
    shp.append(new Uint8Array(100));
    shx.append(new Uint8Array(100));
    dbf.append(dbfHeader(columns, names, widths, 0, now));
    const rowBytes = 1 + widths.reduce((sum, width) => sum + width, 0);
    for await (const { rings, values } of records) {
      count++;
      const record = polygonRecord(count, rings, box);
      shx.append(indexEntry(shp.length, record.length));
      shp.append(record);
      const row = new Uint8Array(rowBytes).fill(0x20);
      let at = 1;
      columns.forEach(({ type }, i) => {
        const width = widths[i] ?? 0;
        const { bytes, isCut } = fieldBytes(values[i] ?? null, type, width);
        row.set(bytes, type === "double" ? at + width - bytes.length : at);
        if (isCut) cutTexts++;
        at += width;
      });
      dbf.append(row);
      if (shp.length > largestBytes || dbf.length > largestBytes) {
        throw new AppError(
          "limit",
          "formats/shapefile-size",
          "These polygons take more than the 2 GB that a Shapefile can hold. Export them as GeoPackage or FlatGeobuf, which have no such limit.",
        );
      }
    }
    dbf.append(Uint8Array.of(0x1a));
    if (count === 0) Object.assign(box, { minX: 0, minY: 0, maxX: 0, maxY: 0 });
    shp.overwrite(mainHeader(shp.length, box));
    shx.overwrite(mainHeader(shx.length, box));
    dbf.overwrite(dbfHeader(columns, names, widths, count, now));
  } finally {
    for (const file of [shp, shx, dbf]) file.close();
  }
  writeFileSync(`${basePath}.cpg`, "UTF-8");
  if (crs.wkt !== null) writeFileSync(`${basePath}.prj`, esriWkt(crs.wkt));
  const renamed = Object.fromEntries(columns.flatMap(({ name }, i) => (names[i] === name ? [] : [[name, names[i] ?? name]])));
  return { renamed, cutTexts };
}

/** Names of at most ten letters that differ from each other, whatever their capitals. */
function shortNames(columns: readonly ExportColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    const plain =
      name
        .normalize("NFD")
        .replace(/[^A-Za-z0-9_]+/g, "_")
        .slice(0, longestName) || "field";
    let short = plain;
    for (let i = 1; taken.has(short.toLowerCase()); i++) {
      const suffix = `_${i}`;
      short = `${plain.slice(0, longestName - suffix.length)}${suffix}`;
    }
    taken.add(short.toLowerCase());
    return short;
  });
}

function fieldBytes(value: ExportValue, type: ExportColumn["type"], width: number): { bytes: Uint8Array; isCut: boolean } {
  if (type === "bool") return { bytes: Uint8Array.of(value === null ? 0x3f : value ? 0x54 : 0x46), isCut: false };
  if (value === null) return { bytes: new Uint8Array(0), isCut: false };
  const encode = (text: string) => new TextEncoder().encode(text);
  if (type === "double") {
    const number = Number(value);
    const fixed = number.toFixed(numberDecimals);
    return { bytes: encode(fixed.length <= width ? fixed : number.toExponential(12)), isCut: false };
  }
  let bytes = encode(String(value));
  const isCut = bytes.length > width;
  if (isCut) {
    let end = width;
    // Not within a letter.
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    bytes = bytes.subarray(0, end);
  }
  return { bytes, isCut };
}

function polygonRecord(
  number: number,
  rings: readonly Float64Array[],
  extent: { minX: number; minY: number; maxX: number; maxY: number },
): Uint8Array {
  const points = rings.reduce((sum, ring) => sum + ring.length / 2, 0);
  const content = 44 + 4 * rings.length + 16 * points;
  const bytes = new Uint8Array(8 + content);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, number);
  view.setInt32(4, content / 2);
  view.setInt32(8, polygonType, true);
  view.setInt32(44, rings.length, true);
  view.setInt32(48, points, true);
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  let start = 0;
  let at = 52 + 4 * rings.length;
  for (const [index, ring] of rings.entries()) {
    view.setInt32(52 + 4 * index, start, true);
    start += ring.length / 2;
    // Outer rings run clockwise in this format, holes the other way.
    const wound = woundRing(ring, index !== 0);
    for (let i = 0; i + 1 < wound.length; i += 2) {
      const [x, y] = [wound[i] ?? 0, wound[i + 1] ?? 0];
      view.setFloat64(at, x, true);
      view.setFloat64(at + 8, y, true);
      at += 16;
      box.minX = Math.min(box.minX, x);
      box.minY = Math.min(box.minY, y);
      box.maxX = Math.max(box.maxX, x);
      box.maxY = Math.max(box.maxY, y);
    }
  }
  [box.minX, box.minY, box.maxX, box.maxY].forEach((value, i) => {
    view.setFloat64(12 + 8 * i, value, true);
  });
  extent.minX = Math.min(extent.minX, box.minX);
  extent.minY = Math.min(extent.minY, box.minY);
  extent.maxX = Math.max(extent.maxX, box.maxX);
  extent.maxY = Math.max(extent.maxY, box.maxY);
  return bytes;
}

function indexEntry(offset: number, recordBytes: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, offset / 2);
  view.setInt32(4, (recordBytes - 8) / 2);
  return bytes;
}

function mainHeader(fileBytes: number, box: { minX: number; minY: number; maxX: number; maxY: number }): Uint8Array {
  const bytes = new Uint8Array(100);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 9994);
  view.setInt32(24, fileBytes / 2);
  view.setInt32(28, 1000, true);
  view.setInt32(32, polygonType, true);
  [box.minX, box.minY, box.maxX, box.maxY].forEach((value, i) => {
    view.setFloat64(36 + 8 * i, value, true);
  });
  return bytes;
}

/** dBASE III with a field of text, number or yes/no per column. */
function dbfHeader(
  columns: readonly ExportColumn[],
  names: readonly string[],
  widths: readonly number[],
  count: number,
  now: Date,
): Uint8Array {
  const bytes = new Uint8Array(32 + 32 * columns.length + 1);
  const view = new DataView(bytes.buffer);
  bytes.set([0x03, now.getUTCFullYear() - 1900, now.getUTCMonth() + 1, now.getUTCDate()]);
  view.setUint32(4, count, true);
  view.setUint16(8, bytes.length, true);
  view.setUint16(10, 1 + widths.reduce((sum, width) => sum + width, 0), true);
  columns.forEach(({ type }, i) => {
    const at = 32 + 32 * i;
    bytes.set(new TextEncoder().encode(names[i] ?? ""), at);
    bytes[at + 11] = type === "string" ? 0x43 : type === "bool" ? 0x4c : 0x4e;
    bytes[at + 16] = widths[i] ?? 0;
    bytes[at + 17] = type === "double" ? numberDecimals : 0;
  });
  bytes[bytes.length - 1] = 0x0d;
  return bytes;
}

/** ESRI's dialect names datums with a D_ and knows no authorities or axes. */
export function esriWkt(wkt: string): string {
  return wkt
    .replace(/,(?:AUTHORITY|EXTENSION)\["[^"]*","[^"]*"\]/g, "")
    .replace(/,AXIS\["[^"]*",\w+\]/g, "")
    .replace(/,TOWGS84\[[^\]]*\]/g, "")
    .replace(
      /(PROJCS|GEOGCS)\["([^"]*)"/g,
      (_, kind: string, name: string) => `${kind}["${kind === "GEOGCS" ? "GCS_" : ""}${esriName(name)}"`,
    )
    .replace(/DATUM\["([^"]*)"/g, (_, name: string) => `DATUM["${name.startsWith("D_") ? "" : "D_"}${esriName(name)}"`)
    .replace(/SPHEROID\["([^"]*)"/g, (_, name: string) => `SPHEROID["${esriName(name)}"`)
    .replace(/UNIT\["metre"/g, 'UNIT["Meter"')
    .replace(/UNIT\["degree"/g, 'UNIT["Degree"');
}

const esriName = (name: string): string => name.replace(/WGS 84/g, "WGS_1984").replace(/[ /]+/g, "_");

/** Appends through a buffer; the beginning is written over at the end. */
class GrowingFile {
  readonly #file: number;
  readonly #buffer = new Uint8Array(2 ** 20);
  #filled = 0;
  length = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  append(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > this.#buffer.length) this.#flush();
    if (bytes.length > this.#buffer.length) writeSync(this.#file, bytes);
    else {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    this.length += bytes.length;
  }

  overwrite(start: Uint8Array): void {
    this.#flush();
    writeSync(this.#file, start, 0, start.length, 0);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#filled > 0) writeSync(this.#file, this.#buffer, 0, this.#filled);
    this.#filled = 0;
  }
}
