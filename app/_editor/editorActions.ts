import type { Feature, FeatureContent, Layer, Polygon, Position } from "@reefline/schema/feature";
import { api } from "../_api/api.ts";
import { announce } from "../_ui/announce.ts";
import { toast } from "../_ui/toasts.ts";
import { useDrawRequest } from "./drawRequest.ts";
import { type Tool, useEditor } from "./editorStore.ts";
import { besideTiles, change, rememberFeatures, takeBack, useFeatures } from "./featureStore.ts";
import { refuseHole } from "./geometry/refuseShape.ts";
import { pointInPolygon, withRightHandWinding } from "./geometry/rings.ts";
import { addHole } from "./geometry/vertices.ts";
import { layerWords } from "./layerWords.ts";
import { type DrawEvent, drawRing, nothingDrawn } from "./modes/drawRing.ts";
import { type EditEvent, editShape, selectShape } from "./modes/editShape.ts";
import { nothingMeasured } from "./modes/ruler.ts";
import { contentOf } from "./sync/buildEdit.ts";

const { getState: get, setState: set } = useEditor;

const toolSaid: Record<Tool, string> = {
  select: "Select",
  draw: "Draw. Arrow keys move the crosshair, Enter places a vertex, Enter on the last vertex finishes, Backspace takes one back.",
  hole: "Draw a hole in the selected polygon",
  move: "Move the selected polygon",
  ruler: "Ruler",
};

export function setTool(tool: Tool): void {
  if ((tool === "hole" || tool === "move") && !get().edit) {
    toast(tool === "hole" ? "Select the polygon that gets the hole first." : "Select the polygon to move first.");
    return;
  }
  set({ tool, draw: nothingDrawn, ruler: nothingMeasured, crosshair: null });
  if (tool === "draw") select(null);
  announce(toolSaid[tool]);
}

export function setLayer(layer: Layer): void {
  set({ layer });
  announce(`New polygons go to ${layerWords[layer].many}`);
}

export function select(id: string | null): void {
  const feature = id ? useFeatures.getState().features.get(id) : undefined;
  set({ selectedId: feature?.id ?? null, edit: feature ? selectShape(feature.geometry) : null });
  if (feature) announce(`Selected ${layerWords[feature.layer].one}, ${feature.class}. Comma and full stop step through its vertices.`);
}

/** Labels at a place that only tiles draw, the smallest first. */
async function drawnLabelsAt(surveyId: string, at: Position, reach: { lon: number; lat: number }): Promise<Feature[]> {
  const found = await api.features.at.query({ surveyId, lon: at[0], lat: at[1], reach }).catch(() => []);
  const beside = besideTiles(useFeatures.getState());
  return found.filter(({ id }) => !beside.has(id));
}

/** All labels at a place, the smallest first, whoever draws them. */
export async function labelsAt(at: Position, reach: { lon: number; lat: number }): Promise<Feature[]> {
  const { surveyId } = useFeatures.getState();
  const drawn = surveyId ? await drawnLabelsAt(surveyId, at, reach) : [];
  const here = featureAt(at, (layer) => layer === "label");
  const known = here ? useFeatures.getState().features.get(here) : undefined;
  return [...drawn, ...(known ? [known] : [])].sort((a, b) => extent(a.geometry) - extent(b.geometry));
}

let picks = 0;

/**
 * Selects the label at a place that only tiles draw, once the server has told it. `known` is what was selected meanwhile: it stays unless a smaller
 * label lies there, or the user has gone on to something else.
 */
export async function selectLabelAt(at: Position, reach: { lon: number; lat: number }, known: string | null): Promise<void> {
  const pick = ++picks;
  const { surveyId } = useFeatures.getState();
  if (!surveyId) return;
  const [smallest] = await drawnLabelsAt(surveyId, at, reach);
  const { edit, selectedId, tool } = get();
  if (pick !== picks || selectedId !== known || edit?.active || edit?.drag || (tool !== "select" && tool !== "move")) return;
  const present = known ? useFeatures.getState().features.get(known) : undefined;
  if (!smallest || (present?.layer === "label" && extent(present.geometry) <= extent(smallest.geometry))) return;
  rememberFeatures([smallest]);
  select(smallest.id);
}

/** Selects a label by its id, looking it up where it is not known yet. */
export async function selectById(id: string): Promise<void> {
  const pick = ++picks;
  const { surveyId, features } = useFeatures.getState();
  if (!features.has(id) && surveyId) rememberFeatures(await api.features.byId.query({ surveyId, ids: [id] }).catch(() => []));
  if (pick === picks) select(id);
}

/** One event of the drawing under way: an outline, or a hole. */
export function drawEvent(event: DrawEvent): void {
  const outcome = drawRing(get().draw, event);
  if (outcome.refused) toast(outcome.refused, { kind: "attention" });
  if (outcome.said) announce(outcome.said);
  if (outcome.state !== get().draw) set({ draw: outcome.state });
  if (outcome.ring) (get().tool === "hole" ? finishHole : finishPolygon)(outcome.ring);
}

function finishPolygon(ring: Position[]): void {
  const polygon = withRightHandWinding({ type: "Polygon", coordinates: [ring] });
  const { request } = useDrawRequest.getState();
  set({ crosshair: null });
  if (request) {
    set({ tool: "select" });
    request.answer(polygon);
    return;
  }
  const { layer, labelClass } = get();
  const content: FeatureContent = {
    layer,
    class: layer === "label" ? labelClass : layer,
    notes: "",
    properties: {},
    provenance: { kind: "drawn" },
    geometry: polygon,
    locked: false,
  };
  change(layerWords[layer].draw.replace(/ an? /, " "), [{ id: crypto.randomUUID(), content }]);
  announce(`Drawn: ${layerWords[layer].one} with ${ring.length - 1} vertices`);
}

function finishHole(hole: Position[]): void {
  const { edit } = get();
  if (!edit) return;
  const refused = refuseHole(edit.polygon, hole);
  if (refused) {
    toast(refused, { kind: "attention" });
    return;
  }
  set({ tool: "select", crosshair: null });
  savePolygon(addHole(edit.polygon, hole), "Cut hole");
}

/** One event of the selected polygon's editing. */
export function editEvent(event: EditEvent): void {
  const { edit } = get();
  if (!edit) return;
  const outcome = editShape(edit, event);
  if (outcome.refused) toast(outcome.refused, { kind: "attention" });
  if (outcome.said) announce(outcome.said);
  set({ edit: outcome.state });
  if (outcome.changed) savePolygon(outcome.changed.polygon, outcome.changed.title);
}

function savePolygon(raw: Polygon, title: string): void {
  const polygon = withRightHandWinding(raw);
  const { selectedId, edit } = get();
  // Winding may have turned round: the active vertex is then another one.
  const turned = polygon.coordinates.some((ring, index) => ring !== raw.coordinates[index]);
  set({ edit: { polygon, active: turned ? null : (edit?.active ?? null), drag: null } });
  const feature = selectedId ? useFeatures.getState().features.get(selectedId) : undefined;
  if (feature) change(title, [{ id: feature.id, content: { ...contentOf(feature), geometry: polygon } }]);
}

/** Class, notes, lock: anything but the shape. */
export function changeSelected(title: string, fields: Partial<Pick<FeatureContent, "class" | "notes" | "locked" | "layer">>): void {
  const { selectedId } = get();
  const feature = selectedId ? useFeatures.getState().features.get(selectedId) : undefined;
  if (feature) change(title, [{ id: feature.id, content: { ...contentOf(feature), ...fields } }]);
}

/** The active vertex if there is one, else the whole selected polygon. */
export function deleteSelected(): void {
  const { selectedId, edit } = get();
  if (edit?.active) {
    editEvent({ type: "delete-vertex" });
    return;
  }
  const feature = selectedId ? useFeatures.getState().features.get(selectedId) : undefined;
  if (!feature) return;
  select(null);
  change(`Delete ${layerWords[feature.layer].one}`, [{ id: feature.id, content: null }]);
  toast(`${sentenceCase(layerWords[feature.layer].one)} deleted.`, { action: { label: "Undo", run: () => undoRedo("undo") } });
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function undoRedo(which: "undo" | "redo"): void {
  const title = takeBack(which);
  const word = which === "undo" ? "Undone" : "Redone";
  announce(title ? `${word}: ${title}` : `Nothing to ${which}`);
}

/** Steps back once: the drawing, the vertex, the selection, the tool, the request. */
export function backOut(): boolean {
  const { tool, draw, edit, ruler, crosshair } = get();
  if (edit?.drag) editEvent({ type: "let-go" });
  else if (draw.vertices.length > 0) {
    set({ draw: nothingDrawn });
    announce("Drawing given up");
  } else if (crosshair) set({ crosshair: null });
  else if (ruler.points.length > 0) set({ ruler: nothingMeasured });
  else if (useDrawRequest.getState().request) {
    set({ tool: "select", edit: null, selectedId: null });
    useDrawRequest.getState().request?.answer(null);
  } else if (tool !== "select") setTool("select");
  else if (edit?.active) editEvent({ type: "activate", ref: null });
  else if (edit) select(null);
  else if (get().marked.length > 0) {
    set({ marked: [] });
    announce("No label is marked");
  } else return false;
  return true;
}

/** Hands the polygon that another panel asked to have edited back to it. */
export function finishRequest(): void {
  const { request } = useDrawRequest.getState();
  const { edit } = get();
  if (request?.kind !== "edit" || !edit) return;
  set({ edit: null, selectedId: null, tool: "select" });
  request.answer(edit.polygon);
}

/** The topmost feature at a place of those known here: labels before areas, small before large. */
export function featureAt(position: Position, visible: (layer: Layer) => boolean): string | null {
  let best: { id: string; rank: number; size: number } | null = null;
  const order: Layer[] = ["label", "ignore", "holdout", "examined"];
  for (const feature of useFeatures.getState().features.values()) {
    if (!visible(feature.layer) || !pointInPolygon(feature.geometry, position)) continue;
    const rank = order.indexOf(feature.layer);
    const size = extent(feature.geometry);
    if (!best || rank < best.rank || (rank === best.rank && size < best.size)) best = { id: feature.id, rank, size };
  }
  return best?.id ?? null;
}

function extent(polygon: Polygon): number {
  const ring = polygon.coordinates[0] ?? [];
  const lons = ring.map(([lon]) => lon);
  const lats = ring.map(([, lat]) => lat);
  return (Math.max(...lons) - Math.min(...lons)) * (Math.max(...lats) - Math.min(...lats));
}

// The selection follows what happens to its feature elsewhere: undo, another tab, a conflict given way to.
useFeatures.subscribe((state, before) => {
  const { selectedId, edit } = get();
  if (!selectedId || state.features === before.features || edit?.drag) return;
  const feature = state.features.get(selectedId);
  if (!feature) set({ selectedId: null, edit: null });
  else if (feature.geometry !== edit?.polygon && JSON.stringify(feature.geometry) !== JSON.stringify(edit?.polygon))
    set({ edit: selectShape(feature.geometry) });
});

// A request from another panel borrows the tools, and gives them back.
useDrawRequest.subscribe(({ request }, before) => {
  if (request === before.request || !request) return;
  set({
    tool: request.kind === "draw" ? "draw" : "select",
    draw: nothingDrawn,
    selectedId: null,
    edit: request.polygon ? selectShape(request.polygon) : null,
  });
  announce(request.title);
});
