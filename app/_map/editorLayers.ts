import type { Polygon, Position } from "@reefline/schema/feature";
import type { Map as MapLibreMap } from "maplibre-gl";
import type { EditorState } from "../_editor/editorStore.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { midpointAfter, vertexRefs } from "../_editor/geometry/vertices.ts";
import { cursorIsRefused } from "../_editor/modes/drawRing.ts";
import { rulerPath } from "../_editor/modes/ruler.ts";
import { geoJsonSource } from "./featureLayers.ts";
import { mapColours } from "./mapColours.ts";
import { addLayerToSlot } from "./slots.ts";

const selection = "selection";
const draft = "draft";

/** Layers for what is being worked on. Two sources of a handful of shapes, so that a frame costs the same beside ten polygons or ten thousand. */
export function addEditorLayers(map: MapLibreMap): void {
  for (const source of [selection, draft])
    map.addSource(source, { type: "geojson", data: collection([]), maxzoom: 24, tolerance: 0, buffer: 64 });
  addLayerToSlot(map, "selection", {
    id: "selection-fill",
    type: "fill",
    source: selection,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": mapColours.selected, "fill-opacity": 0.1 },
  });
  for (const [id, color, width] of [
    ["selection-casing", "#ffffff", 5.5],
    ["selection-line", mapColours.labelDark, 3],
  ] as const)
    addLayerToSlot(map, "selection", {
      id,
      type: "line",
      source: selection,
      filter: ["==", ["geometry-type"], "Polygon"],
      layout: { "line-join": "round" },
      paint: { "line-color": color, "line-width": width },
    });
  addLayerToSlot(map, "selection", {
    id: "selection-handles",
    type: "symbol",
    source: selection,
    filter: ["==", ["geometry-type"], "Point"],
    layout: {
      "icon-image": ["get", "icon"],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "symbol-sort-key": ["get", "order"],
    },
  });
  addLayerToSlot(map, "draft", {
    id: "draft-fill",
    type: "fill",
    source: draft,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": mapColours.selected, "fill-opacity": 0.14 },
  });
  for (const [id, color, width] of [
    ["draft-casing", "rgba(255,255,255,0.9)", 4.5],
    ["draft-line", mapColours.labelDark, 2.25],
  ] as const)
    addLayerToSlot(map, "draft", {
      id,
      type: "line",
      source: draft,
      filter: ["all", ["==", ["geometry-type"], "LineString"], ["!=", ["get", "kind"], "refused"]],
      layout: { "line-join": "round", "line-cap": "round" },
      paint: {
        "line-color": ["case", ["==", ["get", "kind"], "ruler"], id === "draft-line" ? "#10161e" : "#ffffff", color],
        "line-width": width,
      },
    });
  addLayerToSlot(map, "draft", {
    id: "draft-refused",
    type: "line",
    source: draft,
    filter: ["==", ["get", "kind"], "refused"],
    paint: { "line-color": mapColours.refused, "line-width": 2.5, "line-dasharray": [2, 1.5] },
  });
  addLayerToSlot(map, "draft", {
    id: "draft-points",
    type: "symbol",
    source: draft,
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
}

function collection(features: GeoJSON.Feature[]): GeoJSON.FeatureCollection {
  return { type: "FeatureCollection", features };
}

function shape(geometry: GeoJSON.Geometry, properties: Record<string, string | number> = {}): GeoJSON.Feature {
  return { type: "Feature", properties, geometry };
}

const pointAt = (at: Position, icon: string, order = 0) => shape({ type: "Point", coordinates: at }, { icon, order });

/** The selected polygon with its handles: squares on vertices, dots halfway between. */
export function selectionShapes(edit: EditorState["edit"], marked: readonly Polygon[] = []): GeoJSON.FeatureCollection {
  const features = marked.map((polygon) => shape(polygon));
  if (!edit) return collection(features);
  features.push(shape(edit.polygon));
  for (const ref of vertexRefs(edit.polygon)) {
    const at = edit.polygon.coordinates[ref.ring]?.[ref.vertex];
    const middle = edit.drag ? null : midpointAfter(edit.polygon, ref);
    const isActive = edit.active?.ring === ref.ring && edit.active.vertex === ref.vertex;
    if (middle) features.push(pointAt(middle, "midpoint"));
    if (at) features.push(pointAt(at, isActive ? "vertex-active" : "vertex", isActive ? 2 : 1));
  }
  return collection(features);
}

/** What is being drawn or measured, and the keyboard's crosshair. */
export function draftShapes({ draw, ruler, crosshair }: Pick<EditorState, "draw" | "ruler" | "crosshair">): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  const { vertices, cursor } = draw;
  const last = vertices.at(-1);
  const refused = cursorIsRefused(draw);
  const path = cursor && !refused ? [...vertices, cursor] : [...vertices];
  const first = path[0];
  if (first && path.length >= 3) features.push(shape({ type: "Polygon", coordinates: [[...path, first]] }));
  if (path.length >= 2) features.push(shape({ type: "LineString", coordinates: path }, { kind: "outline" }));
  if (refused && last && cursor) features.push(shape({ type: "LineString", coordinates: [last, cursor] }, { kind: "refused" }));
  for (const [index, vertex] of vertices.entries())
    features.push(pointAt(vertex, index === vertices.length - 1 ? "vertex-active" : "vertex"));
  const measured = rulerPath(ruler);
  if (measured.length >= 2) features.push(shape({ type: "LineString", coordinates: measured }, { kind: "ruler" }));
  for (const point of ruler.points) features.push(pointAt(point, "midpoint"));
  if (crosshair) features.push(pointAt(crosshair, "crosshair"));
  return collection(features);
}

export function drawSelection(map: MapLibreMap, state: EditorState): void {
  const { features } = useFeatures.getState();
  const marked = state.marked.flatMap((id) => (id === state.selectedId ? [] : (features.get(id)?.geometry ?? [])));
  void geoJsonSource(map, selection)?.setData(selectionShapes(state.edit, marked));
}

export function drawDraft(map: MapLibreMap, state: EditorState): void {
  void geoJsonSource(map, draft)?.setData(draftShapes(state));
}
