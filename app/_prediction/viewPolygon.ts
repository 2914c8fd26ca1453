import type { Polygon, Position } from "@reefline/schema/feature";
import type { Map as MapLibreMap } from "maplibre-gl";

/** What the map shows now, as a polygon; right even when the map is turned. */
export function viewPolygon(map: MapLibreMap): Polygon {
  const { clientWidth, clientHeight } = map.getCanvas();
  const at = (x: number, y: number): Position => {
    const { lng, lat } = map.unproject([x, y]);
    return [lng, lat];
  };
  const first = at(0, clientHeight);
  return { type: "Polygon", coordinates: [[first, at(clientWidth, clientHeight), at(clientWidth, 0), at(0, 0), first]] };
}
