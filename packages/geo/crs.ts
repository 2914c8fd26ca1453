import { AppError } from "@reefline/schema/errors";
import type { Crs } from "@reefline/schema/grid";
import geokeysToProj4, { type GeoKeys as LibraryGeoKeys } from "geotiff-geokeys-to-proj4";
import { datumShiftOf } from "./datumShift.ts";
import { crsToLonLat } from "./projection.ts";

export { crsToLonLat, lonLatToCrs } from "./projection.ts";

/** GeoTIFF keys by their names in the specification (OGC 19-008), e.g. `ProjectedCSTypeGeoKey`. */
export type GeoKeys = Readonly<Record<string, number | string | readonly number[]>>;

const userDefined = 32767;
const reproject = "Reproject the file first, for instance with gdalwarp -t_srs EPSG:4326 in.tif out.tif.";
const webMercator = "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs";
// EPSG:3857 and the codes that stood for it before it had one.
const webMercatorCodes = new Set([3857, 3785, 900913, 102100, 102113, 41001]);
// Semi-major axis and semi-minor axis of ellipsoids whose usual datums lie within about 2 m of WGS 84.
const geocentric = { semiMajor: 6378137, semiMinor: 6356752.314 };

/**
 * The CRS that a GeoTIFF's keys name.
 * Throws AppError `geo/no-crs` when they name none, `geo/unsupported-crs` when it cannot be computed here: geocentric
 * or vertical ones, unknown codes, and datums that need a grid of shifts.
 */
export function crsFromGeoKeys(geoKeys: GeoKeys): Crs {
  const projected = numberKey(geoKeys, "ProjectedCSTypeGeoKey");
  const geographic = numberKey(geoKeys, "GeographicTypeGeoKey");
  const model = numberKey(geoKeys, "GTModelTypeGeoKey") ?? (projected !== null ? 1 : geographic !== null ? 2 : null);
  if (model === null || model === userDefined || (projected === null && geographic === null && !("ProjCoordTransGeoKey" in geoKeys))) {
    throw noCrs();
  }
  if (model !== 1 && model !== 2) {
    throw unsupported("This file's coordinates are geocentric (metres from the Earth's centre), which is not a map.");
  }
  const epsg = code(model === 1 ? projected : geographic);
  const citation = citationOf(geoKeys, model === 1);
  if (epsg !== null && webMercatorCodes.has(epsg)) return webMercatorCrs;
  const converted = toProj4(relevantKeys(geoKeys, model, epsg), epsg === null ? citation : `EPSG:${epsg}`);
  if (model === 2 && Math.abs(converted.unitFactor - 1) > 1e-12) {
    throw unsupported("This file's coordinates are angles in a unit other than degrees.");
  }
  return finish(converted, model === 1 ? "projected" : "geographic", epsg, code(geographic), citation);
}

/** The CRS of an EPSG code, x east and y north as in files. Throws AppError `geo/unsupported-crs` for codes unknown here. */
export function crsFromEpsg(epsg: number): Crs {
  if (!Number.isInteger(epsg) || epsg <= 0) throw unsupported(`"${epsg}" is not an EPSG code.`);
  if (webMercatorCodes.has(epsg)) return webMercatorCrs;
  // The table holds one entry per code whichever kind of key names it; the answer says which kind it is.
  const converted = toProj4({ GTModelTypeGeoKey: 1, ProjectedCSTypeGeoKey: epsg }, `EPSG:${epsg}`);
  return finish(converted, converted.isGeographic ? "geographic" : "projected", epsg, null, null);
}

/** Only what defines the plane: beside a projected code the library would prefer a geographic one that many writers add. */
function relevantKeys(geoKeys: GeoKeys, model: number, epsg: number | null): GeoKeys {
  if (epsg === null) return geoKeys;
  const dropped = model === 1 ? "GeographicTypeGeoKey" : "ProjectedCSTypeGeoKey";
  return Object.fromEntries(Object.entries(geoKeys).filter(([key]) => key !== dropped && !key.startsWith("Vertical")));
}

const webMercatorCrs: Crs = { epsg: 3857, proj4: webMercator, kind: "projected", metersPerUnit: 1, name: "WGS 84 / Pseudo-Mercator" };

interface Converted {
  definition: string;
  unitFactor: number;
  isGeographic: boolean;
}

function toProj4(geoKeys: GeoKeys, label: string | null): Converted {
  const name = label ?? "the file's own";
  const failure = () => unsupported(`The coordinate system ${name} is not one that Reefline knows.`);
  let result: ReturnType<typeof geokeysToProj4.toProj4>;
  try {
    // The library reads only the keys it finds, but its type demands all of them.
    result = geokeysToProj4.toProj4(geoKeys as unknown as LibraryGeoKeys);
  } catch {
    throw failure();
  }
  const errors = Object.keys(result.errors ?? {}).filter((key) => !harmlessErrors.has(key));
  if (errors.length > 0 || !result.proj4) throw failure();
  // The library writes +axis with two letters, which proj4 does not know; files store x east, y north anyway.
  const definition = result.proj4.replace(/\s*\+axis=\S+/g, "").trim();
  return {
    definition: withPole(definition),
    unitFactor: result.coordinatesConversionParameters.x,
    isGeographic: /\+proj=longlat\b/.test(definition),
  };
}

/** The table leaves out the latitude of origin of polar stereographic CRSs given by their latitude of true scale. */
function withPole(definition: string): string {
  const trueScale = /\+proj=stere\b.*\+lat_ts=(\S+)/.exec(definition)?.[1];
  if (trueScale === undefined || /\+lat_0=/.test(definition)) return definition;
  return `${definition} +lat_0=${Number(trueScale) < 0 ? -90 : 90}`;
}

// Facts about the vertical part of a CRS, and both kinds of code being present, change nothing in the plane.
const harmlessErrors = new Set([
  "bothGCSAndPCSAreSet",
  "verticalCsNotSupported",
  "verticalDatumsNotSupported",
  "verticalCsUnitsNotSupported",
]);

function finish(converted: Converted, kind: Crs["kind"], epsg: number | null, baseEpsg: number | null, citation: string | null): Crs {
  let { definition } = converted;
  if ((kind === "geographic") !== converted.isGeographic)
    throw unsupported("This file's keys contradict each other about its coordinate system.");
  let metersPerUnit = Number(/\+to_meter=(\S+)/.exec(definition)?.[1] ?? 1);
  if (kind === "projected" && Math.abs(converted.unitFactor - 1) > 1e-12) {
    metersPerUnit *= converted.unitFactor;
    definition = `${definition.replace(/\s*\+to_meter=\S+/g, "")} +to_meter=${metersPerUnit}`;
  }
  if (!(metersPerUnit > 0 && metersPerUnit < 1e6)) throw unsupported("This file's coordinates have no usable unit of length.");
  if (!/\+(towgs84|nadgrids)=/.test(definition)) {
    const shift = (epsg === null ? null : datumShiftOf(epsg)) ?? (baseEpsg === null ? null : datumShiftOf(baseEpsg));
    if (shift) definition += ` +towgs84=${shift.towgs84}`;
    else if (!isGeocentricDatum(definition)) {
      throw unsupported(
        `The coordinate system ${nameOf(epsg, citation)} stands on a datum whose shift to WGS 84 (often 50 to 200 m) Reefline does not know.`,
      );
    }
  }
  const crs: Crs = { epsg, proj4: definition.replace(/\s+/g, " "), kind, metersPerUnit, name: nameOf(epsg, citation) };
  crsToLonLat(crs);
  return crs;
}

function isGeocentricDatum(definition: string): boolean {
  const semiMajor = Number(/\+a=(\S+)/.exec(definition)?.[1] ?? Number.NaN);
  const semiMinor = Number(/\+b=(\S+)/.exec(definition)?.[1] ?? Number.NaN);
  if (Number.isNaN(semiMajor)) return /\+(ellps|datum)=(WGS84|GRS80)\b/.test(definition);
  return Math.abs(semiMajor - geocentric.semiMajor) < 0.5 && Math.abs(semiMinor - geocentric.semiMinor) < 1;
}

function nameOf(epsg: number | null, citation: string | null): string {
  if (epsg === 4326) return "WGS 84";
  if (epsg !== null && epsg > 32600 && epsg <= 32660) return `WGS 84 / UTM zone ${epsg - 32600}N`;
  if (epsg !== null && epsg > 32700 && epsg <= 32760) return `WGS 84 / UTM zone ${epsg - 32700}S`;
  return citation ?? (epsg === null ? "user-defined" : `EPSG:${epsg}`);
}

function citationOf(geoKeys: GeoKeys, projected: boolean): string | null {
  for (const key of projected ? ["PCSCitationGeoKey", "GTCitationGeoKey"] : ["GeogCitationGeoKey", "GTCitationGeoKey"]) {
    const value = geoKeys[key];
    if (typeof value !== "string") continue;
    const text = (value.split("|")[0] ?? "")
      .replace(/^[A-Za-z ]*Name = /, "")
      .replace(/[^\x20-\x7e]/g, "")
      .trim()
      .slice(0, 80);
    if (text) return text;
  }
  return null;
}

function numberKey(geoKeys: GeoKeys, name: string): number | null {
  const value = geoKeys[name];
  return typeof value === "number" && value !== 0 ? value : null;
}

function code(value: number | null): number | null {
  return value === null || value === userDefined ? null : value;
}

function noCrs(): AppError {
  return new AppError(
    "bad-input",
    "geo/no-crs",
    "This file does not say where on Earth it is: it names no coordinate system. If you know the EPSG code, add it with gdal_edit.py -a_srs EPSG:CODE file.tif (or, in QGIS, Raster, Projections, Assign Projection) and add the file again.",
  );
}

function unsupported(what: string): AppError {
  return new AppError("bad-input", "geo/unsupported-crs", `${what} ${reproject}`);
}
