import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ExportColumn, type ExportFeature, exportValues } from "@reefline/formats/exportTable";
import { flatGeobuf } from "@reefline/formats/flatGeobuf";
import { exportGeoJson } from "@reefline/formats/geojsonExport";
import { writeGeoPackage } from "@reefline/formats/geopackage";
import { type OutputCrs, woundRing } from "@reefline/formats/outputCrs";
import { type ShapefileLosses, writeShapefile } from "@reefline/formats/shapefile";
import { ZipFile } from "yazl";
import { openNewSqlite } from "../../storage/newSqlite.ts";
import type { Store } from "../../storage/store.ts";

export const exportFormats = ["geojson", "gpkg", "fgb", "shp"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A file's ending, as its address and its name have it. */
export const exportEndings: Record<ExportFormat, string> = { geojson: "geojson", gpkg: "gpkg", fgb: "fgb", shp: "shp.zip" };

const contentTypes: Record<ExportFormat, string> = {
  geojson: "application/geo+json; charset=utf-8",
  gpkg: "application/geopackage+sqlite3",
  fgb: "application/flatgeobuf",
  shp: "application/zip",
};

/** Polygons with their attributes, to be written once. */
export interface ExportTable {
  /** The layer's name. */
  readonly name: string;
  /** Without ending. */
  readonly fileName: string;
  readonly crs: OutputCrs;
  readonly columns: readonly ExportColumn[];
  readonly features: Iterable<ExportFeature> | AsyncIterable<ExportFeature>;
}

/** A file on its way out. */
export interface ExportFile {
  readonly fileName: string;
  readonly contentType: string;
  /** Bytes or text; whatever was written aside for them is gone when they end or are no longer wanted. */
  readonly pieces: AsyncIterable<string | Uint8Array>;
  /** What has gone out so far, and what the format could not hold. */
  readonly outcome: { featureCount: number; notes: string[] };
}

/** Writes a table in a format, feature by feature. GeoJSON streams as it is read; the others are finished in the data folder's cache first. */
export function writeTable(store: Store, table: ExportTable, format: ExportFormat): ExportFile {
  const outcome: ExportFile["outcome"] = { featureCount: 0, notes: [] };
  const counted = (async function* () {
    for await (const feature of table.features) {
      outcome.featureCount++;
      yield feature;
    }
  })();
  return {
    fileName: `${table.fileName}.${exportEndings[format]}`,
    contentType: contentTypes[format],
    pieces: format === "geojson" ? exportGeoJson(counted, table) : viaFolder(store, { ...table, features: counted }, format, outcome),
    outcome,
  };
}

async function* viaFolder(
  store: Store,
  table: ExportTable,
  format: Exclude<ExportFormat, "geojson">,
  outcome: ExportFile["outcome"],
): AsyncGenerator<string | Uint8Array> {
  const folder = join(store.paths.cache, `export-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { recursive: true });
  const { name, columns, crs } = table;
  const records = async function* () {
    for await (const feature of table.features) yield { rings: crs.rings(feature.geometry), values: exportValues(feature, columns) };
  };
  try {
    if (format === "fgb") {
      const polygons = async function* () {
        for await (const { rings, values } of records()) yield [{ polygons: [rings.map((ring, i) => woundRing(ring, i === 0))], values }];
      };
      const layer = { name, geometryType: "Polygon", epsg: crs.epsg, columns } as const;
      // A piece may still be on its way when the next is asked for.
      for await (const piece of flatGeobuf(layer, polygons(), { scratchPath: join(folder, "features") })) yield Uint8Array.from(piece);
      return;
    }
    const base = join(folder, table.fileName);
    if (format === "gpkg") {
      const file = openNewSqlite(`${base}.gpkg`);
      try {
        await writeGeoPackage(file, { name, crs, columns }, records(), new Date());
      } finally {
        file.close();
      }
      yield* createReadStream(`${base}.gpkg`);
      return;
    }
    outcome.notes.push(...lossesInWords(await writeShapefile(base, crs, columns, records(), new Date())));
    const zip = new ZipFile();
    for (const part of (await readdir(folder)).sort()) zip.addFile(join(folder, part), part);
    if (outcome.notes.length > 0) zip.addBuffer(Buffer.from(`${outcome.notes.join("\n")}\n`), "what-a-shapefile-cannot-hold.txt");
    zip.end();
    yield* zip.outputStream as AsyncIterable<Uint8Array>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lossesInWords({ renamed, cutTexts }: ShapefileLosses): string[] {
  const names = Object.entries(renamed).map(([from, to]) => `${from} is ${to}`);
  return [
    ...(names.length > 0 ? [`Shapefile names have at most ten letters: ${names.join(", ")}.`] : []),
    ...(cutTexts > 0 ? [`${cutTexts} ${cutTexts === 1 ? "text was" : "texts were"} cut to the 254 bytes that a Shapefile holds.`] : []),
  ];
}
