import type { Polygon } from "@reefline/schema/feature";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import type { MapLayerKind } from "../_map/useMapLayer.ts";
import { hiddenTilesTemplate } from "./hiddenTiles.ts";
import { probabilityRamp } from "./probabilityRamp.ts";
import type { ReadyPrediction } from "./useShownPrediction.ts";

const probabilityLayer = "prediction-probability";

/** Deepest zoom that still holds new pixels: web-mercator tiles of 256 px at the raster's ground size, and one more. */
export function deepestZoom(gsdMeters: number, latitude: number): number {
  const circumference = 40_075_016.686 * Math.cos((latitude * Math.PI) / 180);
  return Math.min(24, Math.max(1, Math.ceil(Math.log2(circumference / (256 * gsdMeters)))));
}

/**
 * The probability raster. MapLibre reads the red byte of a tile as an "elevation" (a custom encoding) and colours it by an expression on the
 * graphics card, so a moved threshold costs a few bytes, not a tile. Nothing is drawn inside `hiddenAreas`.
 */
export const probabilityOnMap: MapLayerKind<
  { raster: ReadyPrediction["raster"]; hiddenAreas: readonly Polygon[] },
  { threshold: number; visible: boolean; opacity: number }
> = {
  add(map, { raster, hiddenAreas }) {
    const { west, south, east, north } = raster.bounds;
    map.addSource(probabilityLayer, {
      type: "raster-dem",
      tiles: [hiddenTilesTemplate(`${location.origin}/tiles/probability/${raster.assetId}/${raster.version}/{z}/{x}/{y}.png`, hiddenAreas)],
      tileSize: 256,
      bounds: [west, south, east, north],
      maxzoom: deepestZoom(raster.gsdMeters, (south + north) / 2),
      encoding: "custom",
      redFactor: 1,
      greenFactor: 0,
      blueFactor: 0,
      baseShift: 0,
    });
    addLayerToSlot(map, "probability", {
      id: probabilityLayer,
      type: "color-relief",
      source: probabilityLayer,
      paint: { "color-relief-color": probabilityRamp(0.5) },
    });
  },
  dress(map, { threshold, visible, opacity }) {
    map.setPaintProperty(probabilityLayer, "color-relief-color", probabilityRamp(threshold));
    map.setLayoutProperty(probabilityLayer, "visibility", visible ? "visible" : "none");
    map.setPaintProperty(probabilityLayer, "color-relief-opacity", opacity);
  },
  remove: (map) => removeFromMap(map, [probabilityLayer], [probabilityLayer]),
};
