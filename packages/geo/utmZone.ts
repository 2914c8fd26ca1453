import type { Crs } from "@reefline/schema/grid";
import type { GeoKeys } from "./crs.ts";

/** Keys beside the code that say nothing about a WGS 84 / UTM zone that its code does not: citations, and units where they are metres and degrees. */
const silentKeys = new Set([
  "GTModelTypeGeoKey",
  "GTRasterTypeGeoKey",
  "GTCitationGeoKey",
  "PCSCitationGeoKey",
  "GeogCitationGeoKey",
  "ProjectedCSTypeGeoKey",
]);
const usualUnits: Readonly<Record<string, number>> = {
  ProjLinearUnitsGeoKey: 9001,
  GeogAngularUnitsGeoKey: 9102,
  GeographicTypeGeoKey: 4326,
};

/**
 * The CRS of keys that name a UTM zone of WGS 84 and nothing unusual, as most drone imagery's do; else null. The same as `crsFromGeoKeys`
 * without the table of all EPSG codes, which takes longer to load than a small file takes to read.
 */
export function utmZoneFromGeoKeys(geoKeys: GeoKeys): Crs | null {
  const epsg = geoKeys.ProjectedCSTypeGeoKey;
  if (geoKeys.GTModelTypeGeoKey !== 1 || typeof epsg !== "number") return null;
  const isNorth = epsg > 32600 && epsg <= 32660;
  if (!isNorth && !(epsg > 32700 && epsg <= 32760)) return null;
  for (const [key, value] of Object.entries(geoKeys)) if (!silentKeys.has(key) && usualUnits[key] !== value) return null;
  const zone = epsg % 100;
  const proj4 =
    `+proj=tmerc +lat_0=0 +lon_0=${6 * zone - 183} +k_0=0.9996 +x_0=500000 +y_0=${isNorth ? 0 : 10_000_000} ` +
    "+ellps=WGS84 +a=6378137 +b=6356752.314245179 +pm=0 +no_defs";
  return { epsg, proj4, kind: "projected", metersPerUnit: 1, name: `WGS 84 / UTM zone ${zone}${isNorth ? "N" : "S"}` };
}
