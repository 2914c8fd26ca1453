import type { Grid } from "@reefline/schema/grid";
import { unwrapLon } from "./bounds.ts";
import { gridPixelMeters, pixelToLonLat } from "./grid.ts";
import { isPixelCrs } from "./pixelCrs.ts";

const semiMajor = 6378137;
const flattening = 1 / 298.257223563;
const eccentricity2 = flattening * (2 - flattening);
const radiansPerDegree = Math.PI / 180;
const maxNodes = 1024;

/** m² of ellipsoid per square radian of longitude × latitude: the product of both radii of curvature and cos φ. */
function areaElement(lat: number): number {
  const sin = Math.sin(lat * radiansPerDegree);
  const w2 = 1 - eccentricity2 * sin * sin;
  return (semiMajor * semiMajor * (1 - eccentricity2) * Math.cos(lat * radiansPerDegree)) / (w2 * w2);
}

/**
 * Geodesic m² of one pixel at a row, at the centre column: the ellipsoid's area element times the Jacobian of
 * pixel → (lon, lat), by central differences over about 20 m (one pixel at least). Rows between nodes are interpolated
 * linearly, so a call is cheap. In the pixel CRS, square pixels of the image.
 */
export function rowPixelAreasM2(grid: Grid): (row: number) => number {
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  if (isPixelCrs(grid.crs)) return () => colMeters * rowMeters;
  const toLonLat = pixelToLonLat(grid);
  const colStep = Math.max(0.5, 10 / colMeters);
  const rowStep = Math.max(0.5, 10 / rowMeters);
  const col = grid.widthPx / 2;
  const at = (row: number): number => {
    const centre = toLonLat(col, row);
    const left = toLonLat(col - colStep, row);
    const right = toLonLat(col + colStep, row);
    const above = toLonLat(col, row - rowStep);
    const below = toLonLat(col, row + rowStep);
    const lonByCol = (unwrapLon(right.lon, left.lon) - left.lon) / (2 * colStep);
    const latByCol = (right.lat - left.lat) / (2 * colStep);
    const lonByRow = (unwrapLon(below.lon, above.lon) - above.lon) / (2 * rowStep);
    const latByRow = (below.lat - above.lat) / (2 * rowStep);
    return areaElement(centre.lat) * Math.abs(lonByCol * latByRow - lonByRow * latByCol) * radiansPerDegree * radiansPerDegree;
  };
  const nodeCount = Math.min(grid.heightPx, maxNodes);
  const nodes = new Float64Array(nodeCount);
  const rowsPerNode = nodeCount > 1 ? (grid.heightPx - 1) / (nodeCount - 1) : 1;
  for (let i = 0; i < nodeCount; i++) nodes[i] = at(i * rowsPerNode + 0.5);
  return (row) => {
    const position = Math.min(nodeCount - 1, Math.max(0, row / rowsPerNode));
    const low = Math.floor(position);
    const high = Math.min(nodeCount - 1, low + 1);
    const lowArea = nodes[low] ?? 0;
    return lowArea + ((nodes[high] ?? 0) - lowArea) * (position - low);
  };
}
