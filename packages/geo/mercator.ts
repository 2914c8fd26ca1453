import type { Bounds } from "@reefline/schema/grid";

/** Half the width of the Web Mercator square (EPSG:3857), metres. */
export const mercatorHalfWidth = Math.PI * 6378137;
/** Latitude where the Web Mercator square ends, degrees. */
const mercatorMaxLatitude = 85.0511287798066;

const radius = 6378137;
const degreesPerRadian = 180 / Math.PI;

/** Degrees WGS 84 to Web Mercator metres (EPSG:3857). Latitudes beyond the square are clamped to its edge. */
export function lonLatToMercator(lon: number, lat: number): { x: number; y: number } {
  const clamped = Math.min(mercatorMaxLatitude, Math.max(-mercatorMaxLatitude, lat)) / degreesPerRadian;
  return { x: (radius * lon) / degreesPerRadian, y: radius * Math.asinh(Math.tan(clamped)) };
}

/** Web Mercator metres (EPSG:3857) to degrees WGS 84. */
export function mercatorToLonLat(x: number, y: number): { lon: number; lat: number } {
  return { lon: (x / radius) * degreesPerRadian, lat: Math.atan(Math.sinh(y / radius)) * degreesPerRadian };
}

/** The square of map tile z/x/y (XYZ scheme, y grows southwards) in Web Mercator metres. */
function tileMercatorBounds(z: number, x: number, y: number): { west: number; south: number; east: number; north: number } {
  const size = (2 * mercatorHalfWidth) / 2 ** z;
  return {
    west: x * size - mercatorHalfWidth,
    south: mercatorHalfWidth - (y + 1) * size,
    east: (x + 1) * size - mercatorHalfWidth,
    north: mercatorHalfWidth - y * size,
  };
}

/** The square of map tile z/x/y in degrees WGS 84. */
export function tileBounds(z: number, x: number, y: number): Bounds {
  const square = tileMercatorBounds(z, x, y);
  const southWest = mercatorToLonLat(square.west, square.south);
  const northEast = mercatorToLonLat(square.east, square.north);
  return { west: southWest.lon, south: southWest.lat, east: northEast.lon, north: northEast.lat };
}

/** Whether z/x/y names a tile of the XYZ scheme that a map could ask for: whole numbers, 0 ≤ z ≤ 30, x and y within 2^z. */
export function isTile(z: number, x: number, y: number): boolean {
  if (!Number.isInteger(z) || z < 0 || z > 30) return false;
  const count = 2 ** z;
  return Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < count && y < count;
}

/** The tile of zoom z that holds a position. */
export function tileOfLonLat(z: number, lon: number, lat: number): { x: number; y: number } {
  const count = 2 ** z;
  const point = lonLatToMercator(lon, lat);
  const clamp = (value: number) => Math.min(count - 1, Math.max(0, Math.floor(value)));
  return {
    x: clamp(((point.x + mercatorHalfWidth) / (2 * mercatorHalfWidth)) * count),
    y: clamp(((mercatorHalfWidth - point.y) / (2 * mercatorHalfWidth)) * count),
  };
}
