import type { Polygon } from "@reefline/schema/feature";
import type { Map as MapLibreMap } from "maplibre-gl";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { hiddenTilesTemplate } from "./hiddenTiles.ts";
import { probabilityRamp } from "./probabilityRamp.ts";
import type { ReadyPrediction } from "./useShownPrediction.ts";

export const probabilitySource = "prediction-probability";
export const probabilityLayer = "prediction-probability";

/** Deepest zoom that still holds new pixels: web-mercator tiles of 256 px at the raster's ground size, and one more. */
export function deepestZoom(gsdMeters: number, latitude: number): number {
  const circumference = 40_075_016.686 * Math.cos((latitude * Math.PI) / 180);
  return Math.min(24, Math.max(1, Math.ceil(Math.log2(circumference / (256 * gsdMeters)))));
}

/**
 * Puts the probability raster on the map. MapLibre reads the red byte of a tile as an "elevation" (a custom encoding) and colours it by an
 * expression on the graphics card, so a moved threshold costs a few bytes, not a tile. Nothing is drawn inside `hiddenAreas`.
 */
export function addProbability(map: MapLibreMap, { raster }: ReadyPrediction, threshold: number, hiddenAreas: readonly Polygon[]): void {
  removeFromMap(map, [probabilityLayer], [probabilitySource]);
  const { west, south, east, north } = raster.bounds;
  map.addSource(probabilitySource, {
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
    source: probabilitySource,
    paint: { "color-relief-color": probabilityRamp(threshold) },
  });
}

export function recolourProbability(map: MapLibreMap, threshold: number): void {
  if (map.getLayer(probabilityLayer)) map.setPaintProperty(probabilityLayer, "color-relief-color", probabilityRamp(threshold));
}

export function lookOfProbability(map: MapLibreMap, visible: boolean, opacity: number): void {
  if (!map.getLayer(probabilityLayer)) return;
  map.setLayoutProperty(probabilityLayer, "visibility", visible ? "visible" : "none");
  map.setPaintProperty(probabilityLayer, "color-relief-opacity", opacity);
}

export function removeProbability(map: MapLibreMap): void {
  removeFromMap(map, [probabilityLayer], [probabilitySource]);
}
