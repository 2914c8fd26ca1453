import { crsToLonLat } from "@reefline/geo/crs";
import { type Geos, loadGeos } from "@reefline/geo/geosPolygon";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import { defaultLimits, type Limits } from "@reefline/schema/limits";
import { declaredCrs } from "./declaredCrs.ts";
import { type ImportReport, NoteCounter } from "./importReport.ts";
import { parseJsonText } from "./jsonText.ts";
import { outOfRangeSentence } from "./outOfRange.ts";
import { readPolygon } from "./polygonReading.ts";
import { orientedPositions, type PositionReader } from "./ringReading.ts";

export type GeoJsonLimits = Pick<Limits, "jsonBytes" | "jsonDepth" | "featuresPerImport" | "verticesPerFeature">;

export interface ImportedPolygon {
  /** WGS 84; valid; outer ring counter-clockwise. */
  readonly geometry: Polygon;
  /** The file's own attributes, as they were. */
  readonly properties: Record<string, unknown>;
  /** The attribute `class` when it is a usable name. */
  readonly class?: string;
  /** Position in the file, from 0. */
  readonly featureIndex: number;
}

export interface GeoJsonImport {
  readonly polygons: ImportedPolygon[];
  readonly report: ImportReport;
}

type JsonObject = Record<string, unknown>;

const GEOMETRY_TYPES = new Set(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"]);

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Reading {
  readonly geos: Geos;
  readonly limits: GeoJsonLimits;
  readonly skipped: NoteCounter;
  readonly changed: NoteCounter;
  readonly polygons: ImportedPolygon[];
  firstOutOfRange: { x: number; y: number } | null;
}

interface FeatureContext {
  readonly featureIndex: number;
  readonly properties: JsonObject;
  readonly toLonLat: PositionReader | null;
}

function addPolygon(reading: Reading, coordinates: unknown, { featureIndex, properties, toLonLat }: FeatureContext): void {
  const { geos, limits } = reading;
  const read = readPolygon(coordinates, { geos, toLonLat, verticesPerFeature: limits.verticesPerFeature });
  if ("code" in read) {
    if (read.code === "out-of-range") reading.firstOutOfRange ??= { x: read.x, y: read.y };
    reading.skipped.add(read.code, read.reason, featureIndex);
    return;
  }
  for (const [code, reason] of read.changes) reading.changed.add(code, reason, featureIndex);
  // A MultiPolygon or a collection can hold any number of polygons in one feature.
  if (reading.polygons.length + read.parts.length > limits.featuresPerImport) throw tooMany("polygons", limits.featuresPerImport);
  const named = className(properties);
  for (const part of read.parts) {
    const geometry: Polygon = { type: "Polygon", coordinates: part.map((ring, i) => orientedPositions(ring, i === 0)) };
    reading.polygons.push({ geometry, properties, featureIndex, ...(named ? { class: named } : {}) });
  }
}

function tooMany(what: string, limit: number): AppError {
  const most = limit.toLocaleString("en");
  return new AppError(
    "limit",
    "formats/too-many-features",
    `This file holds more than ${most} ${what}, the most that can be imported at once: split it into parts.`,
  );
}

function className(properties: JsonObject): string | null {
  const name = typeof properties.class === "string" ? properties.class.trim() : "";
  return name.length > 0 && name.length <= 60 ? name : null;
}

function addGeometry(reading: Reading, geometry: unknown, context: FeatureContext): void {
  const type = isObject(geometry) ? geometry.type : undefined;
  if (geometry === null || geometry === undefined) {
    reading.skipped.add("no-geometry", "no geometry", context.featureIndex);
  } else if (!isObject(geometry) || typeof type !== "string" || !GEOMETRY_TYPES.has(type)) {
    const shown = typeof type === "string" ? ` (${type.slice(0, 40)})` : "";
    reading.skipped.add("unknown-geometry", `not a geometry${shown}`, context.featureIndex);
  } else if (type === "Polygon") {
    addPolygon(reading, geometry.coordinates, context);
  } else if (type === "MultiPolygon" && Array.isArray(geometry.coordinates)) {
    for (const coordinates of geometry.coordinates) addPolygon(reading, coordinates, context);
  } else if (type === "GeometryCollection" && Array.isArray(geometry.geometries)) {
    for (const member of geometry.geometries) addGeometry(reading, member, context);
  } else if (type === "MultiPolygon" || type === "GeometryCollection") {
    reading.skipped.add("empty", `a ${type} without members`, context.featureIndex);
  } else {
    reading.skipped.add("not-a-polygon", `not a polygon (${type})`, context.featureIndex);
  }
}

function featuresOf(root: JsonObject): unknown[] {
  if (root.type === "FeatureCollection") {
    if (Array.isArray(root.features)) return root.features;
    throw new AppError(
      "bad-input",
      "formats/no-features",
      "This FeatureCollection has no list of features: the file is damaged or incomplete.",
    );
  }
  if (root.type === "Feature") return [root];
  if (typeof root.type === "string" && GEOMETRY_TYPES.has(root.type)) return [{ type: "Feature", properties: null, geometry: root }];
  const shown = typeof root.type === "string" ? `its type is ${JSON.stringify(root.type.slice(0, 40))}` : "it has no type";
  throw new AppError(
    "bad-input",
    "formats/not-geojson",
    `This is JSON but not GeoJSON: ${shown}, where FeatureCollection, Feature or a geometry is expected.`,
  );
}

/**
 * Polygons of a GeoJSON file (RFC 7946; the `crs` member as in GeoJSON 2008) in WGS 84, MultiPolygons and collections taken apart,
 * invalid shapes repaired, and a report of everything left out or changed.
 * Throws AppError when the file as a whole cannot be used: not JSON, too big or too deep, not GeoJSON, an unknown CRS, or
 * coordinates that are not longitude and latitude.
 */
export async function parseGeoJson(input: Uint8Array | string, limits: GeoJsonLimits = defaultLimits): Promise<GeoJsonImport> {
  const root = parseJsonText(input, limits);
  if (!isObject(root))
    throw new AppError(
      "bad-input",
      "formats/not-geojson",
      "This is JSON but not GeoJSON: a FeatureCollection, Feature or geometry is expected.",
    );
  const features = featuresOf(root);
  if (features.length > limits.featuresPerImport) throw tooMany("features", limits.featuresPerImport);
  const crs = declaredCrs(root.crs);
  const toLonLat = crs ? crsToLonLat(crs) : null;
  const reading: Reading = {
    geos: await loadGeos(),
    limits,
    skipped: new NoteCounter(),
    changed: new NoteCounter(),
    polygons: [],
    firstOutOfRange: null,
  };
  for (const [featureIndex, feature] of features.entries()) {
    if (!isObject(feature) || feature.type !== "Feature") {
      reading.skipped.add("not-a-feature", "not a feature", featureIndex);
      continue;
    }
    const properties = isObject(feature.properties) ? feature.properties : {};
    addGeometry(reading, feature.geometry, { featureIndex, properties, toLonLat });
  }
  const outOfRange = reading.skipped.count("out-of-range");
  if (reading.firstOutOfRange && outOfRange >= reading.polygons.length)
    throw new AppError("bad-input", "formats/out-of-range", outOfRangeSentence(reading.firstOutOfRange, crs));
  return {
    polygons: reading.polygons,
    report: {
      featureCount: features.length,
      polygonCount: reading.polygons.length,
      skipped: reading.skipped.list(),
      changed: reading.changed.list(),
      reprojectedFrom: crs ? crs.name : null,
    },
  };
}
