import type { Feature, Layer, Position } from "@reefline/schema/feature";
import type { Map as MapLibreMap } from "maplibre-gl";
import { api } from "../_api/api.ts";
import { announce } from "../_ui/announce.ts";
import { useDrawRequest } from "./drawRequest.ts";
import { backOut, deleteSelected, drawEvent, editEvent, finishRequest, selectById, setLayer, setTool, undoRedo } from "./editorActions.ts";
import { type Tool, useEditor } from "./editorStore.ts";
import { besideTiles, useFeatures } from "./featureStore.ts";
import { samePosition } from "./geometry/segments.ts";
import { vertexAt } from "./geometry/vertices.ts";
import { layerKeys, toolKeys } from "./keys.ts";
import { toggleMark } from "./markedLabels.ts";
import { ruler } from "./modes/ruler.ts";
import { editorHasMap } from "./pointerInput.ts";

const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether the focus is somewhere that has its own use for keys. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      "input:not([type=radio], [type=checkbox], [type=button]), textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox], [role=slider]",
    ) !== null
  );
}

/** The map, or nothing in particular, has the focus: Enter and arrows are the editor's and not a button's. */
function onMap(target: EventTarget | null): boolean {
  return !(target instanceof Element) || target === document.body || target.closest(".maplibregl-map") !== null;
}

/** The editor's keys. Caught before MapLibre's own, which pan with the arrows. Returns the way to stop. */
export function attachKeyboard(map: MapLibreMap): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (typing(event.target) || event.defaultPrevented) return;
    if (!handle(map, event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("keydown", onKey, { capture: true });
  return () => window.removeEventListener("keydown", onKey, { capture: true });
}

function handle(map: MapLibreMap, event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key !== "Z" && key !== "Y") return false;
    undoRedo(key === "Y" || event.shiftKey ? "redo" : "undo");
    return true;
  }
  if (key === "Escape") return backOut();
  if (key === toolKeys.ruler && !event.altKey) return act(() => setTool(useEditor.getState().tool === "ruler" ? "select" : "ruler"));
  if (!editorHasMap()) return false;
  return (
    (onMap(event.target) && (handleArrow(map, event) || handleEnter(map, event))) ||
    handleSelection(map, key, event.shiftKey) ||
    (!event.altKey && handleChoice(key))
  );
}

function act(action: () => void): true {
  action();
  return true;
}

function handleChoice(key: string): boolean {
  const borrowed = useDrawRequest.getState().request !== null;
  for (const [tool, toolKey] of Object.entries(toolKeys) as [Tool, string][])
    if (!borrowed && toolKey === key) return act(() => setTool(tool));
  for (const [layer, layerKey] of Object.entries(layerKeys) as [Layer, string][])
    if (!borrowed && layerKey === key) return act(() => setLayer(layer));
  return false;
}

function handleSelection(map: MapLibreMap, key: string, shift: boolean): boolean {
  const { tool, edit, ruler: measured } = useEditor.getState();
  if (key === "Backspace" || key === "Delete") {
    if (tool === "draw" || tool === "hole") return act(() => drawEvent({ type: "remove-last" }));
    if (tool === "ruler") return act(() => useEditor.setState({ ruler: ruler(measured, { type: "remove-last" }) }));
    return edit ? act(deleteSelected) : false;
  }
  if (key === "N" && tool === "select") return act(() => void selectNeighbour(map, shift ? -1 : 1));
  if (!edit || tool !== "select") return false;
  if (key === "X") return act(() => toggleMark(useEditor.getState().selectedId));
  if (key === "," || key === ".") return act(() => editEvent({ type: "step", by: key === "." ? 1 : -1 }));
  if (key === "+" && edit.active) return act(() => editEvent({ type: "insert-after" }));
  return false;
}

function handleEnter(map: MapLibreMap, event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  const { tool, draw, crosshair, ruler: measured } = useEditor.getState();
  if (tool === "select") return event.key === "Enter" && useDrawRequest.getState().request ? act(finishRequest) : false;
  const at = crosshair ?? (lastPlaced(tool) ? null : centre(map));
  if (tool === "ruler") {
    const last = measured.points.at(-1);
    const finish = !at || (last !== undefined && samePosition(last, at));
    return act(() => useEditor.setState({ crosshair: at, ruler: ruler(measured, finish ? { type: "finish" } : { type: "place", at }) }));
  }
  if (tool !== "draw" && tool !== "hole") return false;
  const last = draw.vertices.at(-1);
  if (!at || (last && samePosition(last, at))) return act(() => drawEvent({ type: "finish" }));
  return act(() => {
    useEditor.setState({ crosshair: at });
    drawEvent({ type: "place", at });
  });
}

function lastPlaced(tool: Tool): Position | undefined {
  const { draw, ruler: measured } = useEditor.getState();
  return (tool === "ruler" ? measured.points : draw.vertices).at(-1);
}

function centre(map: MapLibreMap): Position {
  const { lng, lat } = map.getCenter();
  return [lng, lat];
}

/** A position moved by CSS pixels on the screen. */
function shifted(map: MapLibreMap, from: Position, dx: number, dy: number): Position {
  const point = map.project(from);
  const { lng, lat } = map.unproject([point.x + dx, point.y + dy]);
  return [lng, lat];
}

function handleArrow(map: MapLibreMap, event: KeyboardEvent): boolean {
  const arrow = arrows[event.key];
  if (!arrow) return false;
  const stepPx = event.shiftKey ? 48 : event.altKey ? 1 : 8;
  const [dx, dy] = [arrow[0] * stepPx, arrow[1] * stepPx];
  const { tool, edit, crosshair, draw, ruler: measured } = useEditor.getState();
  if (tool === "select") {
    const at = edit?.active ? vertexAt(edit.polygon, edit.active) : null;
    return at ? act(() => editEvent({ type: "nudge", to: shifted(map, at, dx, dy) })) : false;
  }
  if (tool === "move") {
    const anchor = edit?.polygon.coordinates[0]?.[0];
    if (!anchor) return false;
    editEvent({ type: "grab-shape", at: anchor });
    editEvent({ type: "drag", to: shifted(map, anchor, dx, dy) });
    return act(() => editEvent({ type: "drop" }));
  }
  const next = shifted(map, crosshair ?? lastPlaced(tool) ?? centre(map), dx, dy);
  useEditor.setState({ crosshair: next });
  if (tool === "ruler") useEditor.setState({ ruler: ruler(measured, { type: "hover", at: next }) });
  else if (draw.vertices.length > 0) drawEvent({ type: "hover", at: next });
  keepInView(map, next);
  return true;
}

function keepInView(map: MapLibreMap, position: Position): void {
  const { x, y } = map.project(position);
  const { clientWidth, clientHeight } = map.getContainer();
  const margin = 60;
  const dx = Math.min(0, x - margin) + Math.max(0, x - clientWidth + margin);
  const dy = Math.min(0, y - margin) + Math.max(0, y - clientHeight + margin);
  if (dx !== 0 || dy !== 0) map.panBy([dx, dy], { duration: 0 });
}

/** Steps through the polygons in view, west to east. Labels that only tiles draw are asked for. */
async function selectNeighbour(map: MapLibreMap, by: 1 | -1): Promise<void> {
  const bounds = map.getBounds();
  const { surveyId, features } = useFeatures.getState();
  const view = { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
  const saved = surveyId ? await api.features.idsIn.query({ surveyId, bounds: view }).catch(() => ({ labels: [] })) : { labels: [] };
  const beside = besideTiles(useFeatures.getState());
  const west = ({ geometry }: Feature) => Math.min(...(geometry.coordinates[0] ?? []).map(([lon]) => lon));
  const inView = [
    ...[...features.values()]
      .filter(({ id, layer }) => layer !== "label" || beside.has(id))
      .filter((feature) => feature.geometry.coordinates[0]?.some((position) => bounds.contains(position)))
      .map((feature) => ({ id: feature.id, west: west(feature) })),
    ...saved.labels.filter(({ id }) => !beside.has(id)),
  ].sort((a, b) => a.west - b.west);
  if (inView.length === 0) {
    announce("No polygon in view");
    return;
  }
  const at = inView.findIndex(({ id }) => id === useEditor.getState().selectedId);
  const next = inView[at < 0 ? (by === 1 ? 0 : inView.length - 1) : (at + by + inView.length) % inView.length];
  if (next) await selectById(next.id);
}
