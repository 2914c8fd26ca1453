import type { Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { type ClassColours, outlineColour } from "../_map/classPaint.ts";
import { mapColours } from "../_map/mapColours.ts";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { TileHandover, type TileLayer } from "../_map/tileHandover.ts";

export const outlineFill = "prediction-fill";
const outlineLine = "prediction-line";

/** Decisions as tiles and the map's feature state write them; -1: as the tile says. */
const decisionCodes = { accepted: 1, edited: 2, rejected: 3 };
export const decisionCode = (decision: PredictedPolygon["decision"]): number => (decision ? decisionCodes[decision] : 0);

/** What was decided since the tile was made, else what the tile says. */
const decided: ExpressionSpecification = [
  "let",
  "since",
  ["coalesce", ["feature-state", "decision"], -1],
  ["case", ["<", ["var", "since"], 0], ["coalesce", ["get", "decision"], 0], ["var", "since"]],
];
const whileOpen = (opacity: number | ExpressionSpecification): ExpressionSpecification => ["case", ["==", decided, 0], opacity, 0];

/** How sure → 6–24 % fill. */
const fill: ExpressionSpecification = ["interpolate", ["linear"], ["get", "probability"], 0.5, 0.06, 1, 0.24];

/** Wider from far away would drown small reefs; closer, the casing keeps the dash legible on any ground. */
const width = (near: number): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], 14, near * 0.5, 18, near];

const tileLayers: TileLayer[] = [
  {
    slot: "prediction",
    layer: { id: outlineFill, type: "fill", paint: { "fill-color": mapColours.prediction } },
    opacity: { property: "fill-opacity", of: (share) => whileOpen(["*", fill, share]) },
  },
  {
    slot: "prediction",
    layer: { id: "prediction-casing", type: "line", paint: { "line-color": mapColours.darkCasing, "line-width": width(4) } },
    opacity: { property: "line-opacity", of: (share) => whileOpen(share) },
  },
  {
    slot: "prediction",
    layer: {
      id: outlineLine,
      type: "line",
      paint: { "line-color": mapColours.prediction, "line-width": width(2), "line-dasharray": [3, 2] },
    },
    opacity: { property: "line-opacity", of: (share) => whileOpen(share) },
  },
];

const selectedSource = "prediction-selected";
const selectedLayers = ["prediction-selected-casing", "prediction-selected"];

/** Tiles of the predicted outlines, and the selected one by itself. */
export function addOutlines(map: MapLibreMap): TileHandover {
  if (!map.getSource(selectedSource)) map.addSource(selectedSource, { type: "geojson", data: selection(null), tolerance: 0, maxzoom: 24 });
  for (const [id, color, width] of [
    ["prediction-selected-casing", mapColours.lightCasing, 6],
    ["prediction-selected", mapColours.selected, 3],
  ] as const) {
    addLayerToSlot(map, "selection", { id, type: "line", source: selectedSource, paint: { "line-color": color, "line-width": width } });
  }
  return new TileHandover(map, "prediction-outlines", "outlines", tileLayers);
}

/** Colours outlines of a model that tells classes apart. */
export function paintOutlineClasses(outlines: TileHandover, colours: ClassColours): void {
  const colour = outlineColour(colours);
  outlines.setColour(outlineFill, colour);
  outlines.setColour(outlineLine, colour);
}

export function removeOutlines(map: MapLibreMap, outlines: TileHandover): void {
  if (!map.style) return;
  outlines.remove();
  removeFromMap(map, selectedLayers, [selectedSource]);
}

export function outlineTilesUrl(predictionId: string, threshold: number, token: string): string {
  return `${window.location.origin}/tiles/outlines/${predictionId}/${threshold}/${token}/{z}/{x}/{y}.mvt`;
}

function selection(polygon: Polygon | null): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: polygon ? [{ type: "Feature", properties: {}, geometry: polygon }] : [] };
}

export function markSelected(map: MapLibreMap, polygon: Polygon | null, visible: boolean): void {
  map.getSource<GeoJSONSource>(selectedSource)?.setData(selection(visible ? polygon : null));
}
