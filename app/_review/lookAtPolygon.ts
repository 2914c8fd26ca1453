import type { Polygon } from "@reefline/schema/feature";
import type { Map as MapLibreMap } from "maplibre-gl";
import { fitPadding } from "../_map/fitPadding.ts";

/** Deeper than this a small reef is a blur of single pixels. */
const CLOSEST_ZOOM = 22;

/** Brings a polygon into view with some ground around it. */
export function lookAtPolygon(map: MapLibreMap, { coordinates }: Polygon): void {
  const outer = coordinates[0] ?? [];
  const lons = outer.map(([lon]) => lon);
  const lats = outer.map(([, lat]) => lat);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const { top, right, bottom, left } = fitPadding();
  const ground = Math.min(map.getCanvas().clientWidth, map.getCanvas().clientHeight) * 0.25;
  map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], {
    padding: { top: top + ground, right: right + ground, bottom: bottom + ground, left: left + ground },
    maxZoom: CLOSEST_ZOOM,
    duration: calm ? 0 : 150,
  });
}
