import type { PredictedPolygon } from "@reefline/schema/prediction";
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";
import { mapColours } from "../_map/mapColours.ts";
import { addLayerToSlot } from "../_map/slots.ts";

export const outlineSource = "prediction-outlines";
export const outlineFill = "prediction-fill";
export const outlineLayers = [
  outlineFill,
  "prediction-casing",
  "prediction-line",
  "prediction-selected-casing",
  "prediction-selected",
] as const;

/** Wider from far away would drown small reefs; closer, the casing keeps the dash legible on any ground. */
const width = (near: number): ["interpolate", ["linear"], ["zoom"], ...number[]] => [
  "interpolate",
  ["linear"],
  ["zoom"],
  14,
  near * 0.5,
  18,
  near,
];

/** How sure → 6–24 % fill. */
export const fillOpacity = (probability: number): number => 0.06 + 0.18 * Math.min(1, Math.max(0, (probability - 0.5) / 0.5));

export function outlineData(polygons: readonly PredictedPolygon[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: polygons
      .filter((polygon) => polygon.decision === null)
      .map((polygon) => ({
        type: "Feature",
        geometry: polygon.geometry,
        properties: { polygonId: polygon.id, fill: fillOpacity(polygon.probability) },
      })),
  };
}

const never: ["==", ["get", "polygonId"], string] = ["==", ["get", "polygonId"], ""];

const specs: { slot: "prediction" | "selection"; layer: LayerSpecification }[] = [
  {
    slot: "prediction",
    layer: {
      id: outlineFill,
      type: "fill",
      source: outlineSource,
      paint: { "fill-color": mapColours.prediction, "fill-opacity": ["get", "fill"] },
    },
  },
  {
    slot: "prediction",
    layer: {
      id: "prediction-casing",
      type: "line",
      source: outlineSource,
      paint: { "line-color": mapColours.darkCasing, "line-width": width(4) },
    },
  },
  {
    slot: "prediction",
    layer: {
      id: "prediction-line",
      type: "line",
      source: outlineSource,
      paint: { "line-color": mapColours.prediction, "line-width": width(2), "line-dasharray": [3, 2] },
    },
  },
  {
    slot: "selection",
    layer: {
      id: "prediction-selected-casing",
      type: "line",
      source: outlineSource,
      filter: never,
      paint: { "line-color": mapColours.lightCasing, "line-width": 6 },
    },
  },
  {
    slot: "selection",
    layer: {
      id: "prediction-selected",
      type: "line",
      source: outlineSource,
      filter: never,
      paint: { "line-color": mapColours.selected, "line-width": 3 },
    },
  },
];

export function addOutlines(map: MapLibreMap): void {
  if (!map.getSource(outlineSource)) map.addSource(outlineSource, { type: "geojson", data: outlineData([]), promoteId: "polygonId" });
  for (const { slot, layer } of specs) addLayerToSlot(map, slot, layer);
}

export function showOutlines(map: MapLibreMap, polygons: readonly PredictedPolygon[]): void {
  map.getSource<GeoJSONSource>(outlineSource)?.setData(outlineData(polygons));
}

export function markSelected(map: MapLibreMap, polygonId: string | null): void {
  for (const id of ["prediction-selected-casing", "prediction-selected"]) {
    if (map.getLayer(id)) map.setFilter(id, ["==", ["get", "polygonId"], polygonId ?? ""]);
  }
}

/** Visibility, the layer panel's opacity, and a step back while the threshold is on the move. */
export function lookOfOutlines(map: MapLibreMap, visible: boolean, opacity: number): void {
  for (const id of outlineLayers) if (map.getLayer(id)) map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
  if (!map.getLayer(outlineFill)) return;
  map.setPaintProperty(outlineFill, "fill-opacity", ["*", ["get", "fill"], opacity]);
  map.setPaintProperty("prediction-casing", "line-opacity", opacity);
  map.setPaintProperty("prediction-line", "line-opacity", opacity);
}
