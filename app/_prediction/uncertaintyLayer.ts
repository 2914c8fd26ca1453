import type { Polygon } from "@reefline/schema/feature";
import type { UncertaintyRaster } from "@reefline/schema/prediction";
import type { ExpressionSpecification } from "maplibre-gl";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import type { MapLayerKind } from "../_map/useMapLayer.ts";
import { hiddenTilesTemplate } from "./hiddenTiles.ts";
import { deepestZoom } from "./probabilityLayer.ts";

const uncertaintyLayer = "prediction-uncertainty";

/**
 * Stops of the ramp: share of the most unsure there can be, and colour. One blue that grows lighter and denser at once, far from the
 * orange of predictions for every kind of colour vision; ground the model is sure of stays bare.
 */
export const uncertaintyStops: readonly (readonly [number, string])[] = [
  [0, "rgba(29, 95, 143, 0)"],
  [0.2, "rgba(29, 95, 143, 0.12)"],
  [0.5, "rgba(86, 180, 233, 0.55)"],
  [1, "rgba(238, 249, 255, 0.92)"],
];

/** Over the tile's byte: 0 nodata, else 1 + 254 u. */
function uncertaintyRamp(): ExpressionSpecification {
  const stops = uncertaintyStops.flatMap(([share, colour]) => [1 + 254 * share, colour]);
  return ["interpolate", ["linear"], ["elevation"], 0, "rgba(29, 95, 143, 0)", ...stops] as ExpressionSpecification;
}

/** The uncertainty raster, coloured on the graphics card like the probability. Nothing is drawn inside `hiddenAreas`. */
export const uncertaintyOnMap: MapLayerKind<{ raster: UncertaintyRaster; hiddenAreas: readonly Polygon[] }, { opacity: number }> = {
  add(map, { raster, hiddenAreas }) {
    const { west, south, east, north } = raster.bounds;
    // Bytes are coded as the probability's, and so are their tiles.
    const tiles = `${location.origin}/tiles/probability/${raster.assetId}/${raster.version}/{z}/{x}/{y}.png`;
    map.addSource(uncertaintyLayer, {
      type: "raster-dem",
      tiles: [hiddenTilesTemplate(tiles, hiddenAreas)],
      tileSize: 256,
      bounds: [west, south, east, north],
      maxzoom: deepestZoom(raster.gsdMeters, (south + north) / 2),
      encoding: "custom",
      redFactor: 1,
      greenFactor: 0,
      blueFactor: 0,
      baseShift: 0,
    });
    addLayerToSlot(map, "uncertainty", {
      id: uncertaintyLayer,
      type: "color-relief",
      source: uncertaintyLayer,
      paint: { "color-relief-color": uncertaintyRamp() },
    });
  },
  dress: (map, { opacity }) => map.setPaintProperty(uncertaintyLayer, "color-relief-opacity", opacity),
  remove: (map) => removeFromMap(map, [uncertaintyLayer], [uncertaintyLayer]),
};
