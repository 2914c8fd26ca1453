import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { TiffField } from "../tiff/tiffDirectory.ts";

/** A file's own GeoKey tags, copied for a CRS that has no EPSG code. */
export interface RawGeoKeys {
  /** Tag 34735, whole: version, revision, minor revision, key count, then four numbers per key. */
  readonly directory: readonly number[];
  /** Tag 34736. */
  readonly doubles?: readonly number[];
  /** Tag 34737. */
  readonly ascii?: string;
}

const TAG = { pixelScale: 33550, tiepoint: 33922, transformation: 34264, keyDirectory: 34735, keyDoubles: 34736, keyAscii: 34737 };
const PIXEL_IS_AREA = 1;
const PROJECTED = 1;
const GEOGRAPHIC = 2;
const USER_DEFINED = 32767;

/** What the keys of an image without a place say: its transform is in pixels of the whole image. */
export const pixelCitation = "pixels, without a place on Earth";

function placementFields({ transform }: Grid): TiffField[] {
  const [a, b, c, d, e, f] = transform;
  if (b === 0 && d === 0 && a > 0 && e < 0) {
    return [
      { tag: TAG.pixelScale, type: "double", values: [a, -e, 0] },
      { tag: TAG.tiepoint, type: "double", values: [0, 0, 0, c, f, 0] },
    ];
  }
  return [{ tag: TAG.transformation, type: "double", values: [a, b, 0, c, d, e, 0, f, 0, 0, 0, 0, 0, 0, 0, 1] }];
}

function rawKeyFields(keys: RawGeoKeys): TiffField[] {
  const fields: TiffField[] = [{ tag: TAG.keyDirectory, type: "short", values: keys.directory }];
  if (keys.doubles !== undefined && keys.doubles.length > 0) fields.push({ tag: TAG.keyDoubles, type: "double", values: keys.doubles });
  if (keys.ascii !== undefined && keys.ascii.length > 0) fields.push({ tag: TAG.keyAscii, type: "ascii", values: keys.ascii });
  return fields;
}

const pixelKeys: RawGeoKeys = {
  directory: [1, 1, 0, 3, 1024, 0, 1, USER_DEFINED, 1025, 0, 1, PIXEL_IS_AREA, 1026, TAG.keyAscii, pixelCitation.length + 1, 0],
  ascii: `${pixelCitation}|`,
};

/**
 * The tags that place a raster on the ground (GeoTIFF 1.1, OGC 19-008): scale and tiepoint when the grid is north-up, the
 * whole matrix otherwise. `rawGeoKeys` wins over the EPSG code. Throws when there is neither.
 */
export function geoTags(grid: Grid, rawGeoKeys?: RawGeoKeys): TiffField[] {
  const placement = placementFields(grid);
  if (rawGeoKeys !== undefined) return [...placement, ...rawKeyFields(rawGeoKeys)];
  if (isPixelCrs(grid.crs)) return [...placement, ...rawKeyFields(pixelKeys)];
  const { epsg, kind, name } = grid.crs;
  if (epsg === null) {
    throw new AppError(
      "bad-input",
      "raster/crs-without-code",
      `The coordinate system "${name}" has no EPSG code, so a GeoTIFF in it cannot be written. Reproject the survey to a coded system, such as its UTM zone.`,
    );
  }
  const isProjected = kind === "projected";
  const keys = [
    [1024, 0, 1, isProjected ? PROJECTED : GEOGRAPHIC],
    [1025, 0, 1, PIXEL_IS_AREA],
    isProjected ? [3072, 0, 1, epsg] : [2048, 0, 1, epsg],
  ];
  return [...placement, { tag: TAG.keyDirectory, type: "short", values: [1, 1, 0, keys.length, ...keys.flat()] }];
}
