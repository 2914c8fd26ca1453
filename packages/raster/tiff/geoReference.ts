import { translateAffine } from "@reefline/geo/affine";
import type { GeoKeys } from "@reefline/geo/crs";
import { pixelCrs } from "@reefline/geo/pixelCrs";
import { utmZoneFromGeoKeys } from "@reefline/geo/utmZone";
import { AppError } from "@reefline/schema/errors";
import type { Affine, Crs } from "@reefline/schema/grid";
import { pixelCitation, type RawGeoKeys } from "../cog/cogWriterGeoTags.ts";
import type { TiffDirectory } from "./tiffDirectoryReader.ts";
import { tag } from "./tiffTags.ts";

// OGC 19-008, GeoTIFF 1.1, Annex on key names; those that define a CRS.
const keyNames: Readonly<Record<number, string>> = {
  1024: "GTModelTypeGeoKey",
  1025: "GTRasterTypeGeoKey",
  1026: "GTCitationGeoKey",
  2048: "GeographicTypeGeoKey",
  2049: "GeogCitationGeoKey",
  2050: "GeogGeodeticDatumGeoKey",
  2051: "GeogPrimeMeridianGeoKey",
  2052: "GeogLinearUnitsGeoKey",
  2053: "GeogLinearUnitSizeGeoKey",
  2054: "GeogAngularUnitsGeoKey",
  2055: "GeogAngularUnitSizeGeoKey",
  2056: "GeogEllipsoidGeoKey",
  2057: "GeogSemiMajorAxisGeoKey",
  2058: "GeogSemiMinorAxisGeoKey",
  2059: "GeogInvFlatteningGeoKey",
  2060: "GeogAzimuthUnitsGeoKey",
  2061: "GeogPrimeMeridianLongGeoKey",
  2062: "GeogTOWGS84GeoKey",
  3072: "ProjectedCSTypeGeoKey",
  3073: "PCSCitationGeoKey",
  3074: "ProjectionGeoKey",
  3075: "ProjCoordTransGeoKey",
  3076: "ProjLinearUnitsGeoKey",
  3077: "ProjLinearUnitSizeGeoKey",
  3078: "ProjStdParallel1GeoKey",
  3079: "ProjStdParallel2GeoKey",
  3080: "ProjNatOriginLongGeoKey",
  3081: "ProjNatOriginLatGeoKey",
  3082: "ProjFalseEastingGeoKey",
  3083: "ProjFalseNorthingGeoKey",
  3084: "ProjFalseOriginLongGeoKey",
  3085: "ProjFalseOriginLatGeoKey",
  3086: "ProjFalseOriginEastingGeoKey",
  3087: "ProjFalseOriginNorthingGeoKey",
  3088: "ProjCenterLongGeoKey",
  3089: "ProjCenterLatGeoKey",
  3090: "ProjCenterEastingGeoKey",
  3091: "ProjCenterNorthingGeoKey",
  3092: "ProjScaleAtNatOriginGeoKey",
  3093: "ProjScaleAtCenterGeoKey",
  3094: "ProjAzimuthAngleGeoKey",
  3095: "ProjStraightVertPoleLongGeoKey",
  3096: "ProjRectifiedGridAngleGeoKey",
};

/**
 * Where the pixels of a TIFF lie; in the pixel CRS when it names no coordinate system, at (0, 0) unless it is one that we wrote.
 * @throws AppError `geo/unsupported-crs`, `raster/no-georeference`
 */
export async function readGeoReference(directory: TiffDirectory): Promise<{ crs: Crs; transform: Affine; rawGeoKeys?: RawGeoKeys }> {
  const geoKeys = await readGeoKeys(directory);
  if (!namesCrs(geoKeys)) {
    const isOurs = String(geoKeys.GTCitationGeoKey ?? "").startsWith(pixelCitation);
    return { crs: pixelCrs, transform: isOurs ? await readTransform(directory, false) : [1, 0, 0, 0, -1, 0] };
  }
  const crs = utmZoneFromGeoKeys(geoKeys) ?? (await import("@reefline/geo/crs")).crsFromGeoKeys(geoKeys);
  const transform = await readTransform(directory, geoKeys.GTRasterTypeGeoKey === 2);
  const [a, b, , d, e] = transform;
  if (!transform.every(Number.isFinite) || a * e - b * d === 0)
    throw noGeoReference("The file's georeference is not usable: its pixels have no size.");
  return crs.epsg === null ? { crs, transform, rawGeoKeys: await readRawGeoKeys(directory) } : { crs, transform };
}

/** Whether any of the keys that could define a coordinate system is there. */
function namesCrs(geoKeys: GeoKeys): boolean {
  const userDefined = 32767;
  const model = geoKeys.GTModelTypeGeoKey;
  if (model !== undefined && model !== userDefined && model !== 1 && model !== 2 && model !== 0) return true;
  return ["ProjectedCSTypeGeoKey", "GeographicTypeGeoKey", "ProjCoordTransGeoKey"].some((key) => key in geoKeys && geoKeys[key] !== 0);
}

/** The file's own keys, for files made from it in a CRS without a code. Transforms are always given for pixel corners, so the keys say area. */
async function readRawGeoKeys(directory: TiffDirectory): Promise<RawGeoKeys> {
  const entries = await directory.numbers(tag.geoKeyDirectory, 4 * 1024);
  const rasterTypeKey = 1025;
  const pixelIsArea = 1;
  return {
    directory: entries.map((value, i) => (i >= 4 && i % 4 === 3 && entries[i - 3] === rasterTypeKey ? pixelIsArea : value)),
    doubles: await directory.numbers(tag.geoDoubleParams, 4096),
    ascii: (await directory.text(tag.geoAsciiParams, 1 << 16)) ?? "",
  };
}

async function readTransform(directory: TiffDirectory, pixelIsPoint: boolean): Promise<Affine> {
  const matrix = await directory.numbers(tag.modelTransformation, 16);
  const scale = await directory.numbers(tag.modelPixelScale, 3);
  const tie = await directory.numbers(tag.modelTiepoint, 6 * 4096);
  let transform: Affine;
  if (scale.length >= 2 && tie.length >= 6) {
    const [scaleX = 0, scaleY = 0] = scale;
    const [col = 0, row = 0, , x = 0, y = 0] = tie;
    // Some writers store a negative height; GDAL reads it as its magnitude, north up.
    transform = [scaleX, 0, x - col * scaleX, 0, -Math.abs(scaleY), y + row * Math.abs(scaleY)];
  } else if (matrix.length === 16) {
    const [a = 0, b = 0, , c = 0, d = 0, e = 0, , f = 0] = matrix;
    transform = [a, b, c, d, e, f];
  } else if (tie.length > 6) {
    throw noGeoReference("The file is placed by ground control points only. Rectify it first, for instance with gdalwarp -tps.");
  } else {
    throw noGeoReference(
      "The file names a coordinate system but not where its pixels lie. Export it again with georeference (a plain GeoTIFF).",
    );
  }
  // Then coordinates name the centre of a pixel, not its outer corner.
  return pixelIsPoint ? translateAffine(transform, -0.5, -0.5) : transform;
}

async function readGeoKeys(directory: TiffDirectory): Promise<GeoKeys> {
  const keys: Record<string, number | string | number[]> = {};
  const entries = await directory.numbers(tag.geoKeyDirectory, 4 * 1024);
  if (entries.length < 4) return keys;
  const doubles = await directory.numbers(tag.geoDoubleParams, 4096);
  const ascii = (await directory.text(tag.geoAsciiParams, 1 << 16)) ?? "";
  const count = Math.min(entries[3] ?? 0, Math.floor(entries.length / 4) - 1);
  for (let i = 1; i <= count; i++) {
    const [id = 0, location = 0, length = 0, value = 0] = entries.slice(i * 4, i * 4 + 4);
    const name = keyNames[id];
    if (!name) continue;
    if (location === 0) keys[name] = value;
    else if (location === tag.geoDoubleParams) {
      const values = doubles.slice(value, value + length);
      const first = values[0];
      if (first !== undefined) keys[name] = length === 1 ? first : values;
    } else if (location === tag.geoAsciiParams) keys[name] = ascii.slice(value, value + length);
  }
  return keys;
}

function noGeoReference(message: string): AppError {
  return new AppError("bad-input", "raster/no-georeference", message);
}
