import { AppError } from "@reefline/schema/errors";
import type { Crs } from "@reefline/schema/grid";
import proj4 from "proj4";
import { normalizeLon } from "./bounds.ts";

// Everything here needs proj4 only, so that the page can show coordinates without carrying the table of EPSG codes.

const wgs84 = "+proj=longlat +datum=WGS84 +no_defs";

function isWgs84Degrees(crs: Crs): boolean {
  return (
    crs.kind === "geographic" && /\+(datum|ellps)=WGS84\b/.test(crs.proj4) && !/\+(towgs84|nadgrids)=(?!0,0,0\b|@null)/.test(crs.proj4)
  );
}

/** A converter between a CRS's own coordinates and WGS 84 degrees. Throws AppError when proj4 does not understand the definition. */
function converter(crs: Crs): proj4.Converter {
  try {
    return proj4(crs.proj4, wgs84);
  } catch (cause) {
    throw new AppError(
      "bad-input",
      "geo/unknown-projection",
      `The map projection "${crs.name}" is not one that Reefline can compute. Reproject the file first, for instance with gdalwarp -t_srs EPSG:4326.`,
      { cause: String(cause) },
    );
  }
}

/** CRS coordinates to WGS 84 degrees, longitude in [-180, 180]. Not finite where the projection has no answer. */
export function crsToLonLat(crs: Crs): (x: number, y: number) => { lon: number; lat: number } {
  if (isWgs84Degrees(crs)) return (x, y) => ({ lon: normalizeLon(x), lat: y });
  const { forward } = converter(crs);
  return (x, y) => {
    try {
      const [lon = Number.NaN, lat = Number.NaN] = forward([x, y]);
      return { lon: normalizeLon(lon), lat };
    } catch {
      return { lon: Number.NaN, lat: Number.NaN };
    }
  };
}

/** WGS 84 degrees to CRS coordinates. Not finite where the projection has no answer. */
export function lonLatToCrs(crs: Crs): (lon: number, lat: number) => { x: number; y: number } {
  if (isWgs84Degrees(crs)) return (lon, lat) => ({ x: lon, y: lat });
  const { inverse } = converter(crs);
  return (lon, lat) => {
    try {
      const [x = Number.NaN, y = Number.NaN] = inverse([lon, lat]);
      return { x, y };
    } catch {
      return { x: Number.NaN, y: Number.NaN };
    }
  };
}
