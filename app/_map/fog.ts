import type { Feature } from "@reefline/schema/feature";
import { difference, featureCollection, polygon } from "@turf/turf";

const world = polygon([
  [
    [-180, -85],
    [180, -85],
    [180, 85],
    [-180, 85],
    [-180, -85],
  ],
]);

/** Everything outside the examined areas: what has not been looked at. Empty while nothing has been examined. */
export function fogOutside(examined: readonly Feature[]): GeoJSON.FeatureCollection {
  if (examined.length === 0) return featureCollection([]);
  try {
    const outside = difference(featureCollection([world, ...examined.map((feature) => polygon(feature.geometry.coordinates))]));
    return featureCollection(outside ? [outside] : []);
  } catch {
    // Areas so degenerate that they cannot be subtracted still show by their outlines.
    return featureCollection([]);
  }
}
