import type { LayerSpecification, Map as MapLibreMap } from "maplibre-gl";

/** Drawing order, lowest first. Rooms add their layers to a slot and need not know their neighbours. */
export const slots = [
  "base-map",
  "imagery",
  "probability",
  "uncertainty",
  "fog",
  "ignore",
  "holdout",
  "examined",
  "prediction",
  "label",
  "selection",
  "draft",
] as const;
export type Slot = (typeof slots)[number];

const anchorId = (slot: Slot) => `slot-${slot}`;

/** Invisible layers that mark the top of each slot; part of the map's first style. */
export const slotAnchors: LayerSpecification[] = slots.map((slot) => ({
  id: anchorId(slot),
  type: "background",
  layout: { visibility: "none" },
}));

/** Adds a layer on top of what its slot already holds. */
export function addLayerToSlot(map: MapLibreMap, slot: Slot, layer: LayerSpecification): void {
  if (!map.getLayer(layer.id)) map.addLayer(layer, anchorId(slot));
}

/** Removes layers and then their sources; what is not there is passed over. A map already taken down is left alone. */
export function removeFromMap(map: MapLibreMap, layerIds: readonly string[], sourceIds: readonly string[]): void {
  if (!map.style) return;
  for (const id of layerIds) if (map.getLayer(id)) map.removeLayer(id);
  for (const id of sourceIds) if (map.getSource(id)) map.removeSource(id);
}
