import { lonLatToMercator, mercatorToLonLat } from "@reefline/geo/mercator";
import type { Bounds } from "@reefline/schema/grid";
import type { Feature, Polygon, Position } from "geojson";

/** A number from 0 to 1 that is always the same for the same three. */
function unit(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x27d4eb2d) ^ Math.imul(b, 0x165667b1) ^ Math.imul(c, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** `count` lobed reefs of about 40 corners on a lattice over the ground, none touching another, every third with a hole. */
export function madeLabels(bounds: Bounds, count: number): Feature<Polygon>[] {
  const southWest = lonLatToMercator(bounds.west, bounds.south);
  const northEast = lonLatToMercator(bounds.east, bounds.north);
  const [width, height] = [northEast.x - southWest.x, northEast.y - southWest.y];
  const columns = Math.ceil(Math.sqrt((count * width) / height));
  const cell = width / columns;
  return Array.from({ length: count }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    const radius = cell * (0.2 + 0.2 * unit(column, row, 1));
    const corners = 32 + Math.floor(17 * unit(column, row, 2));
    const lobes = 3 + Math.floor(4 * unit(column, row, 3));
    const ring = (share: number): Position[] => {
      const positions = Array.from({ length: corners }, (_, corner): Position => {
        const angle = (corner / corners) * 2 * Math.PI;
        const away = radius * share * (1 + 0.15 * Math.sin(lobes * angle) + 0.04 * unit(column + corner, row, 4));
        const { lon, lat } = mercatorToLonLat(
          southWest.x + (column + 0.5) * cell + away * Math.cos(angle),
          southWest.y + (row + 0.5) * cell + away * Math.sin(angle),
        );
        return [lon, lat];
      });
      return [...positions, positions[0] ?? [0, 0]];
    };
    const coordinates = i % 3 === 0 ? [ring(1), ring(0.3).reverse()] : [ring(1)];
    return { type: "Feature", properties: { id: i, class: "reef" }, geometry: { type: "Polygon", coordinates } };
  });
}
