import type { Feature, Layer } from "@reefline/schema/feature";
import type { ExpressionSpecification, GeoJSONSource, GeoJSONSourceDiff, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";
import type { LayerLook } from "../_workspace/workspaceStore.ts";
import { type ClassColours, labelFillColour, labelLineColour } from "./classPaint.ts";
import { mapColours } from "./mapColours.ts";
import { addLayerToSlot, type Slot } from "./slots.ts";
import type { TileHandover, TileLayer } from "./tileHandover.ts";

type Features = ReadonlyMap<string, Feature>;

export const featureSourceId = (layer: Layer) => `features-${layer}`;
export const featureLayers: readonly Layer[] = ["label", "examined", "holdout", "ignore"];

/** Lines that a click near them selects; of labels those that changed of late, the others are found by the server. */
export const outlineLayerIds = featureLayers.map((layer) => `${layer}-line`);

// The selected feature is drawn by its own small source, frame by frame; here it is only made invisible, which costs no new tiles.
const unlessHidden = (opacity: number): ExpressionSpecification => ["case", ["boolean", ["feature-state", "hidden"], false], 0, opacity];
const isLocked: ExpressionSpecification = ["boolean", ["get", "locked"], false];

type Drawn = { slot: Slot; layer: LayerSpecification; opacity: { property: "line-opacity" | "fill-opacity"; value: number } };

function line(
  id: string,
  layer: Layer,
  slot: Slot,
  paint: { color: string | ExpressionSpecification; width: number | ExpressionSpecification; opacity?: number; dash?: number[] },
): Drawn {
  const value = paint.opacity ?? 1;
  return {
    slot,
    opacity: { property: "line-opacity", value },
    layer: {
      id,
      type: "line",
      source: featureSourceId(layer),
      layout: { "line-join": "round", "line-cap": paint.dash ? "butt" : "round" },
      paint: { "line-color": paint.color, "line-width": paint.width, ...(paint.dash ? { "line-dasharray": paint.dash } : {}) },
    },
  };
}

/** Full width from the scale at which one labels; thinner far out, where a thousand outlines would hide what they enclose. */
const byZoom = (width: number): ExpressionSpecification => ["interpolate", ["linear"], ["zoom"], 15, width / 3, 18, width];

/** What each class is drawn in; classes that are not named are drawn as reef. */
const reefAlone: ClassColours = new Map();

/** Every layer of the saved features, in drawing order within their slots. A casing below every outline: imagery is brown, green, white and black by turns. */
const drawn: Record<Layer, Drawn[]> = {
  ignore: [
    {
      slot: "ignore",
      opacity: { property: "fill-opacity", value: 1 },
      layer: { id: "ignore-fill", type: "fill", source: featureSourceId("ignore"), paint: { "fill-pattern": "hatch-ignore" } },
    },
    line("ignore-casing", "ignore", "ignore", { color: mapColours.darkCasing, width: 2.5, opacity: 0.6 }),
    line("ignore-line", "ignore", "ignore", { color: "#c3c9d0", width: 1 }),
  ],
  holdout: [
    {
      slot: "holdout",
      opacity: { property: "fill-opacity", value: 0.8 },
      layer: { id: "holdout-fill", type: "fill", source: featureSourceId("holdout"), paint: { "fill-pattern": "hatch-holdout" } },
    },
    line("holdout-casing", "holdout", "holdout", { color: mapColours.lightCasing, width: 3.5 }),
    line("holdout-line", "holdout", "holdout", { color: ["case", isLocked, "#7a2fb3", mapColours.holdout], width: 1.75, dash: [8, 3] }),
  ],
  examined: [
    {
      slot: "examined",
      opacity: { property: "line-opacity", value: 1 },
      layer: {
        id: "examined-ticks",
        type: "line",
        source: featureSourceId("examined"),
        paint: { "line-pattern": "ticks-inward", "line-width": 14 },
      },
    },
    line("examined-casing", "examined", "examined", { color: mapColours.casing, width: 3.5 }),
    line("examined-line", "examined", "examined", { color: mapColours.examined, width: 1.25 }),
  ],
  label: [
    {
      slot: "label",
      opacity: { property: "fill-opacity", value: 0.12 },
      layer: {
        id: "label-fill",
        type: "fill",
        source: featureSourceId("label"),
        paint: { "fill-color": labelFillColour(reefAlone), "fill-antialias": false },
      },
    },
    line("label-casing", "label", "label", { color: mapColours.lightCasing, width: byZoom(4), opacity: 0.85 }),
    line("label-line", "label", "label", { color: labelLineColour(reefAlone), width: byZoom(2) }),
  ],
};

/** Labels as their tiles draw them: the same layers over another source. */
export const labelTileLayers: TileLayer[] = drawn.label.flatMap(({ slot, layer, opacity }): TileLayer[] => {
  if (layer.type !== "fill" && layer.type !== "line") return [];
  const { source: _source, ...rest } = layer;
  return [
    {
      slot,
      layer: { ...rest, id: `${layer.id}-tiles` },
      opacity: { property: opacity.property, of: (share) => unlessHidden(opacity.value * share) },
    },
  ];
});

export const fogSourceId = "fog";
const maxzoom = 22;

/** Adds the sources and layers of all saved features, empty. */
export function addFeatureLayers(map: MapLibreMap): void {
  map.addSource(fogSourceId, { type: "geojson", data: empty(), maxzoom, tolerance: 0.2 });
  addLayerToSlot(map, "fog", {
    id: "fog",
    type: "fill",
    source: fogSourceId,
    paint: { "fill-color": mapColours.fog, "fill-antialias": false },
  });
  for (const layer of featureLayers) {
    map.addSource(featureSourceId(layer), { type: "geojson", data: empty(), promoteId: "id", maxzoom, tolerance: 0.2, buffer: 64 });
    for (const { slot, layer: specification } of drawn[layer]) addLayerToSlot(map, slot, specification);
  }
}

/** Colours the labels by class; the tiles' layers are those of `labelTileLayers`. */
export function paintLabelClasses(map: MapLibreMap, tiles: TileHandover | null, colours: ClassColours): void {
  const [fill, outline] = [labelFillColour(colours), labelLineColour(colours)];
  map.setPaintProperty("label-fill", "fill-color", fill);
  map.setPaintProperty("label-line", "line-color", outline);
  tiles?.setColour("label-fill-tiles", fill);
  tiles?.setColour("label-line-tiles", outline);
}

function empty(): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features: [] };
}

/** Shows or hides a layer, with its opacity. Examined areas take their fog along. */
export function showFeatureLayer(map: MapLibreMap, layer: Layer, look: LayerLook): void {
  const visibility = look.visible ? "visible" : "none";
  for (const { layer: specification, opacity } of drawn[layer]) {
    map.setLayoutProperty(specification.id, "visibility", visibility);
    map.setPaintProperty(specification.id, opacity.property, unlessHidden(opacity.value * look.opacity));
  }
  if (layer === "examined") {
    map.setLayoutProperty("fog", "visibility", visibility);
    map.setPaintProperty("fog", "fill-opacity", look.opacity);
  }
}

function toGeoJson(feature: Feature): GeoJSON.Feature {
  return {
    type: "Feature",
    id: feature.id,
    properties: { id: feature.id, class: feature.class, locked: feature.locked },
    geometry: feature.geometry,
  };
}

/** What changed in one layer between two views, by identity: a thousand polygons cost a comparison each, not a new upload. */
export function layerDiff(before: Features, after: Features, layer: Layer): GeoJSONSourceDiff | null {
  const remove: string[] = [];
  const add: GeoJSON.Feature[] = [];
  for (const [id, feature] of before) if (feature.layer === layer && after.get(id)?.layer !== layer) remove.push(id);
  for (const [id, feature] of after) {
    const old = before.get(id);
    if (feature.layer !== layer || old === feature) continue;
    if (old?.layer === layer && old.geometry === feature.geometry && old.class === feature.class && old.locked === feature.locked) continue;
    if (old?.layer === layer) remove.push(id);
    add.push(toGeoJson(feature));
  }
  return remove.length + add.length > 0 ? { remove, add } : null;
}

export function geoJsonSource(map: MapLibreMap, id: string): GeoJSONSource | null {
  const source = map.getSource(id);
  return source?.type === "geojson" ? (source as GeoJSONSource) : null;
}

export function updateFeatureLayers(map: MapLibreMap, before: Features, after: Features): void {
  for (const layer of featureLayers) {
    const diff = layerDiff(before, after, layer);
    if (diff) void geoJsonSource(map, featureSourceId(layer))?.updateData(diff);
  }
}
