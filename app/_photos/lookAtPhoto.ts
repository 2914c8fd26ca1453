import { lonLatToPixel } from "@reefline/geo/grid";
import { photoOutline } from "@reefline/geo/photoOutline";
import type { Grid } from "@reefline/schema/grid";
import type { Photo } from "@reefline/schema/photo";
import type { Map as MapLibreMap } from "maplibre-gl";
import { fitPadding } from "../_map/fitPadding.ts";

/** Brings one photo into view, as large as fits. */
export function lookAtPhoto(map: MapLibreMap, photo: Photo, grid: Grid): void {
  const corners = photoOutline(photo, grid).coordinates[0] ?? [];
  const lons = corners.map(([lon]) => lon);
  const lats = corners.map(([, lat]) => lat);
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: fitPadding(), duration: 0 });
}

/** The photo in the middle of the map, or the one nearest to it. */
export function photoInView<P extends Photo>(map: MapLibreMap, photos: readonly P[], grid: Grid): P | null {
  const { lng, lat } = map.getCenter();
  const { col, row } = lonLatToPixel(grid)(lng, lat);
  let [nearest, least]: [P | null, number] = [null, Infinity];
  for (const photo of photos) {
    const dx = Math.max(photo.colOff - col, 0, col - photo.colOff - photo.widthPx);
    const dy = Math.max(photo.rowOff - row, 0, row - photo.rowOff - photo.heightPx);
    const distance = Math.hypot(dx, dy);
    if (distance < least) [nearest, least] = [photo, distance];
  }
  return nearest;
}
