import { crsFromEpsg } from "@reefline/geo/crs";
import { AppError } from "@reefline/schema/errors";
import type { Crs } from "@reefline/schema/grid";

const EPSG_NAMES = [
  /^(?:urn:(?:x-)?ogc:def:crs:)?EPSG:(?:[\w.]*:)?(\d{3,7})$/i,
  /^https?:\/\/www\.opengis\.net\/def\/crs\/EPSG\/[^/]+\/(\d{3,7})$/i,
];
const LON_LAT_NAMES = [/(?:^|[:/])CRS:?84$/i, /^WGS\s?84$/i];

/** Written and read as lon, lat by every program that writes GeoJSON, whatever the axis order EPSG gives them. */
const LON_LAT_CODES = new Set([4326, 4979]);

function nameOf(member: unknown): string {
  if (typeof member === "string") return member.trim();
  if (typeof member === "object" && member !== null && "properties" in member) {
    const { properties } = member;
    if (typeof properties === "object" && properties !== null && "name" in properties && typeof properties.name === "string")
      return properties.name.trim();
    // GeoJSON before 2008: {"type": "EPSG", "properties": {"code": 32645}}
    if (typeof properties === "object" && properties !== null && "code" in properties) return `EPSG:${String(properties.code)}`;
  }
  throw new AppError(
    "bad-input",
    "formats/crs",
    "This file's coordinate system (its crs member) is given in a way that cannot be read: export it again as WGS 84 (EPSG:4326).",
  );
}

/**
 * The CRS that a GeoJSON `crs` member (GeoJSON 2008, section 3) declares; null for WGS 84 longitude and latitude, which needs no conversion.
 * Understands `urn:ogc:def:crs:EPSG::32645`, `EPSG:32645`, opengis.net addresses and CRS84.
 * Throws AppError when the name means nothing to us.
 */
export function declaredCrs(member: unknown): Crs | null {
  if (member === undefined || member === null) return null;
  const name = nameOf(member);
  if (LON_LAT_NAMES.some((pattern) => pattern.test(name))) return null;
  for (const pattern of EPSG_NAMES) {
    const code = Number(pattern.exec(name)?.[1] ?? Number.NaN);
    if (LON_LAT_CODES.has(code)) return null;
    if (Number.isInteger(code)) return crsFromEpsg(code);
  }
  throw new AppError(
    "bad-input",
    "formats/crs",
    `This file declares the coordinate system ${JSON.stringify(name.slice(0, 80))}, which is not known here: export it again as WGS 84 (EPSG:4326).`,
  );
}
