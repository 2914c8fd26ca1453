import type { Crs } from "@reefline/schema/grid";

const MERCATOR_LIMIT_METERS = 20_037_509;

/** Why a coordinate is no longitude and latitude, with a guess at what it is, and what to do. */
export function outOfRangeSentence({ x, y }: { x: number; y: number }, crs: Crs | null): string {
  const shown = `${Number(x.toPrecision(9))}, ${Number(y.toPrecision(9))}`;
  if (crs)
    return `The coordinates (such as ${shown}) do not fit the coordinate system this file declares, ${crs.name}: check how it was exported.`;
  const again = "export it again as WGS 84 (EPSG:4326), or with its coordinate system declared.";
  if (Math.abs(x) <= 90 && Math.abs(y) > 90 && Math.abs(y) <= 180)
    return `The coordinates (such as ${shown}) are outside longitude ±180 and latitude ±90; latitude and longitude are probably swapped: ${again}`;
  const looksLikeUtm = x > 100_000 && x < 900_000 && y >= 0 && y <= 10_000_000;
  const looksLikeMercator =
    Math.abs(x) <= MERCATOR_LIMIT_METERS && Math.abs(y) <= MERCATOR_LIMIT_METERS && Math.max(Math.abs(x), Math.abs(y)) > 1_000;
  const guess = looksLikeUtm
    ? "they look like metres in a projected coordinate system such as UTM, which the file does not declare"
    : looksLikeMercator
      ? "they look like metres in a projected coordinate system such as Web Mercator, which the file does not declare"
      : "they are in some other coordinate system, which the file does not declare";
  return `The coordinates (such as ${shown}) are not longitude and latitude; ${guess}: ${again}`;
}
