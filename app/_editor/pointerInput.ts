import type { Layer, Position } from "@reefline/schema/feature";
import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { featureLayers, outlineLayerIds } from "../_map/featureLayers.ts";
import { labelTileLayerIds } from "../_map/labelTiles.ts";
import { useMoveImagery } from "../_surveys/moveImagery.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { useDrawRequest } from "./drawRequest.ts";
import { drawEvent, editEvent, featureAt, select, selectLabelAt } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";
import { useFeatures } from "./featureStore.ts";
import { pointInPolygon } from "./geometry/rings.ts";
import { toggleMarkAt } from "./markedLabels.ts";
import { hitHandle, type ScreenPoint } from "./modes/hitHandle.ts";
import { ruler } from "./modes/ruler.ts";

const reach = { mouse: 9, touch: 22 };

const positionOf = (event: MapMouseEvent | MapTouchEvent): Position => [event.lngLat.lng, event.lngLat.lat];

/** Whether the map's clicks are the editor's: in Label mode, when another panel asked for a shape, and while measuring. */
export function editorHasMap(): boolean {
  if (useMoveImagery.getState().active) return false;
  return useWorkspace.getState().mode === "label" || useDrawRequest.getState().request !== null || useEditor.getState().tool === "ruler";
}

/** Turns the map's mouse and touch into events of the editor's modes. Returns the way to stop. */
export function attachPointer(map: MapLibreMap): () => void {
  const project = (position: Position): ScreenPoint => map.project(position);
  const closesRing = (point: ScreenPoint, reachPx: number) => {
    const { vertices } = useEditor.getState().draw;
    const first = vertices[0];
    if (!first || vertices.length < 3) return false;
    const { x, y } = project(first);
    return Math.hypot(x - point.x, y - point.y) <= reachPx;
  };

  const click = (event: MapMouseEvent) => {
    if (!editorHasMap()) return;
    const { tool, ruler: measured } = useEditor.getState();
    useEditor.setState({ crosshair: null });
    // The second click of a double click finishes (below) instead of placing.
    if (event.originalEvent.detail > 1 && tool !== "select" && tool !== "move") return;
    if (tool === "draw" || tool === "hole") {
      drawEvent(closesRing(event.point, reach.mouse) ? { type: "finish" } : { type: "place", at: positionOf(event) });
    } else if (tool === "ruler") {
      useEditor.setState({ ruler: ruler(measured, { type: "place", at: positionOf(event) }) });
    } else if (!useDrawRequest.getState().request) pick(map, event);
  };

  // A click with Shift is to the map a zoom box without a size, and no click.
  const mark = ({ originalEvent }: { originalEvent: unknown }) => {
    if (!(originalEvent instanceof MouseEvent) || !editorHasMap() || useDrawRequest.getState().request) return;
    if (useEditor.getState().tool !== "select" || !useWorkspace.getState().layers.label.visible) return;
    const { left, top } = map.getCanvas().getBoundingClientRect();
    const point = { x: originalEvent.clientX - left, y: originalEvent.clientY - top };
    const { lng, lat } = map.unproject([point.x, point.y]);
    void toggleMarkAt([lng, lat], reachOf(map, point, [lng, lat]));
  };

  const doubleClick = (event: MapMouseEvent) => {
    const { tool, ruler: measured } = useEditor.getState();
    if (!editorHasMap() || tool === "select" || tool === "move") return;
    event.preventDefault();
    if (tool === "ruler") useEditor.setState({ ruler: ruler(measured, { type: "finish" }) });
    else drawEvent({ type: "finish" });
  };

  const press = (event: MapMouseEvent | MapTouchEvent) => {
    if (!editorHasMap()) return;
    const { tool, edit } = useEditor.getState();
    if (!edit || (tool !== "select" && tool !== "move")) return;
    if ("points" in event && event.points.length > 1) return;
    if ("button" in event.originalEvent && event.originalEvent.button !== 0) return;
    const handle = tool === "select" ? hitHandle(edit.polygon, event.point, project, "points" in event ? reach.touch : reach.mouse) : null;
    if (handle) editEvent({ type: handle.kind === "vertex" ? "grab-vertex" : "grab-midpoint", ref: handle.ref });
    else if (tool === "move" && pointInPolygon(edit.polygon, positionOf(event))) editEvent({ type: "grab-shape", at: positionOf(event) });
    else return;
    event.preventDefault();
    map.dragPan.disable();
  };

  const drag = (event: MapMouseEvent | MapTouchEvent) => {
    if (!editorHasMap()) return;
    const { tool, edit, draw, ruler: measured, crosshair } = useEditor.getState();
    if (edit?.drag) return editEvent({ type: "drag", to: positionOf(event) });
    if (crosshair) return;
    if (tool === "draw" || tool === "hole") {
      if (draw.vertices.length > 0) drawEvent({ type: "hover", at: positionOf(event) });
    } else if (tool === "ruler") {
      if (measured.points.length > 0) useEditor.setState({ ruler: ruler(measured, { type: "hover", at: positionOf(event) }) });
    }
    map.getCanvas().style.cursor = cursorFor(map, event.point, positionOf(event), project);
  };

  const release = () => {
    if (!useEditor.getState().edit?.drag) return;
    editEvent({ type: "drop" });
    map.dragPan.enable();
  };

  map.on("click", click);
  map.on("boxzoomcancel", mark);
  map.on("dblclick", doubleClick);
  map.on("mousedown", press);
  map.on("touchstart", press);
  map.on("mousemove", drag);
  map.on("touchmove", drag);
  map.on("touchend", release);
  // On the window: a button let go beside the map still ends the drag.
  window.addEventListener("mouseup", release);
  return () => {
    map.off("click", click);
    map.off("boxzoomcancel", mark);
    map.off("dblclick", doubleClick);
    map.off("mousedown", press);
    map.off("touchstart", press);
    map.off("mousemove", drag);
    map.off("touchmove", drag);
    map.off("touchend", release);
    window.removeEventListener("mouseup", release);
  };
}

/**
 * Labels are chosen by a click anywhere inside; areas, which lie under everything, by their outline, or inside while their layer is the chosen one.
 * What is known here is selected at once; labels that only the tiles draw are asked for.
 */
function pick(map: MapLibreMap, event: MapMouseEvent): void {
  const { layers } = useWorkspace.getState();
  const { layer: chosen } = useEditor.getState();
  const visible = (layer: Layer) => layers[layer].visible;
  const at = positionOf(event);
  const inside = featureAt(at, (layer) => visible(layer) && (layer === "label" || layer === chosen));
  const found = inside ? useFeatures.getState().features.get(inside) : undefined;
  const known = found?.layer === "label" ? inside : (nearOutline(map, event.point) ?? inside);
  select(known);
  if (visible("label")) void selectLabelAt(at, reachOf(map, event.point, at), known);
}

/** How far six pixels reach, in degrees. */
function reachOf(map: MapLibreMap, { x, y }: ScreenPoint, [lon, lat]: Position): { lon: number; lat: number } {
  const beside = map.unproject([x + 6, y]);
  const below = map.unproject([x, y + 6]);
  return {
    lon: Math.max(Math.abs(beside.lng - lon), Math.abs(below.lng - lon)),
    lat: Math.max(Math.abs(beside.lat - lat), Math.abs(below.lat - lat)),
  };
}

function nearOutline(map: MapLibreMap, point: ScreenPoint): string | null {
  const box: [[number, number], [number, number]] = [
    [point.x - 6, point.y - 6],
    [point.x + 6, point.y + 6],
  ];
  const hits = map.queryRenderedFeatures(box, { layers: outlineLayerIds.filter((id) => map.getLayer(id)) });
  hits.sort(
    (a, b) => featureLayers.findIndex((layer) => a.source.endsWith(layer)) - featureLayers.findIndex((layer) => b.source.endsWith(layer)),
  );
  const id: unknown = hits[0]?.properties.id;
  return typeof id === "string" ? id : null;
}

function cursorFor(map: MapLibreMap, point: ScreenPoint, at: Position, project: (position: Position) => ScreenPoint): string {
  const { tool, edit } = useEditor.getState();
  if (tool === "draw" || tool === "hole" || tool === "ruler") return "crosshair";
  if (edit && tool === "move") return pointInPolygon(edit.polygon, at) ? "move" : "";
  if (edit && hitHandle(edit.polygon, point, project, reach.mouse)) return "grab";
  return map.queryRenderedFeatures([point.x, point.y], {
    layers: ["label-fill", ...outlineLayerIds, ...labelTileLayerIds()].filter((id) => map.getLayer(id)),
  }).length > 0
    ? "pointer"
    : "";
}
