import type { Polygon, Position } from "@reefline/schema/feature";
import { refuseShape } from "../geometry/refuseShape.ts";
import {
  insertVertex,
  midpointAfter,
  moveVertex,
  removeVertex,
  translate,
  type VertexRef,
  vertexAt,
  vertexRefs,
} from "../geometry/vertices.ts";

/** What is being dragged, and the shape as it was before. */
type Drag = { from: Polygon; kind: "vertex"; ref: VertexRef; title: string } | { from: Polygon; kind: "shape"; start: Position };

/** A selected polygon: its shape as shown, the vertex that keys act on, the drag under way. */
export type EditState = { polygon: Polygon; active: VertexRef | null; drag: Drag | null };

export type EditEvent =
  | { type: "grab-vertex"; ref: VertexRef }
  | { type: "grab-midpoint"; ref: VertexRef }
  | { type: "grab-shape"; at: Position }
  | { type: "drag"; to: Position }
  | { type: "drop" }
  | { type: "let-go" }
  | { type: "activate"; ref: VertexRef | null }
  | { type: "step"; by: 1 | -1 }
  | { type: "nudge"; to: Position }
  | { type: "insert-after" }
  | { type: "delete-vertex" };

export type EditOutcome = {
  state: EditState;
  /** A finished change to be saved, with its title. */
  changed: { polygon: Polygon; title: string } | null;
  refused: string | null;
  said: string | null;
};

export function selectShape(polygon: Polygon): EditState {
  return { polygon, active: null, drag: null };
}

/** Changes a selected polygon's vertices or its place; pure. A change that would make it cross itself snaps back with a sentence. */
export function editShape(state: EditState, event: EditEvent): EditOutcome {
  const on = (next: EditState, said: string | null = null): EditOutcome => ({ state: next, changed: null, refused: null, said });
  switch (event.type) {
    case "grab-vertex":
      return on({ ...state, active: event.ref, drag: { kind: "vertex", ref: event.ref, from: state.polygon, title: "Move vertex" } });
    case "grab-midpoint": {
      const at = midpointAfter(state.polygon, event.ref);
      if (!at) return on(state);
      const ref = { ring: event.ref.ring, vertex: event.ref.vertex + 1 };
      return on({
        polygon: insertVertex(state.polygon, event.ref, at),
        active: ref,
        drag: { kind: "vertex", ref, from: state.polygon, title: "Add vertex" },
      });
    }
    case "grab-shape":
      return on({ ...state, active: null, drag: { kind: "shape", start: event.at, from: state.polygon } });
    case "drag": {
      const { drag } = state;
      if (!drag) return on(state);
      if (drag.kind === "vertex") return on({ ...state, polygon: moveVertex(state.polygon, drag.ref, event.to) });
      return on({ ...state, polygon: translate(drag.from, event.to[0] - drag.start[0], event.to[1] - drag.start[1]) });
    }
    case "let-go":
      return on(state.drag ? { polygon: state.drag.from, active: null, drag: null } : state);
    case "drop": {
      const { drag } = state;
      if (!drag) return on(state);
      const title = drag.kind === "vertex" ? drag.title : "Move";
      if (JSON.stringify(drag.from) === JSON.stringify(state.polygon)) return on({ ...state, drag: null });
      return settle({ ...state, drag: null }, drag.from, title, "Moved");
    }
    case "activate":
      return on({ ...state, active: event.ref });
    case "step": {
      const refs = vertexRefs(state.polygon);
      const { active } = state;
      const at = active ? refs.findIndex((ref) => ref.ring === active.ring && ref.vertex === active.vertex) : event.by === 1 ? -1 : 0;
      const index = (at + event.by + refs.length) % refs.length;
      const ref = refs[index];
      return ref
        ? on({ ...state, active: ref }, `Vertex ${index + 1} of ${refs.length}${ref.ring > 0 ? `, hole ${ref.ring}` : ""}`)
        : on(state);
    }
    case "nudge": {
      if (!state.active || !vertexAt(state.polygon, state.active)) return on(state);
      return settle({ ...state, polygon: moveVertex(state.polygon, state.active, event.to) }, state.polygon, "Move vertex", "Vertex moved");
    }
    case "insert-after": {
      const at = state.active ? midpointAfter(state.polygon, state.active) : null;
      if (!state.active || !at) return on(state);
      const next = {
        ...state,
        polygon: insertVertex(state.polygon, state.active, at),
        active: { ring: state.active.ring, vertex: state.active.vertex + 1 },
      };
      return settle(next, state.polygon, "Add vertex", "Vertex added");
    }
    case "delete-vertex": {
      if (!state.active) return on(state);
      const polygon = removeVertex(state.polygon, state.active);
      if (!polygon)
        return {
          state,
          changed: null,
          said: null,
          refused: "A polygon keeps at least three vertices. Press Delete with no vertex chosen to delete it whole.",
        };
      const holeGone = polygon.coordinates.length < state.polygon.coordinates.length;
      return settle(
        { ...state, polygon, active: null },
        state.polygon,
        holeGone ? "Delete hole" : "Delete vertex",
        holeGone ? "Hole deleted" : "Vertex deleted",
      );
    }
  }
}

function settle(next: EditState, before: Polygon, title: string, said: string): EditOutcome {
  const refused = refuseShape(next.polygon);
  if (refused) return { state: { polygon: before, active: null, drag: null }, changed: null, refused, said: null };
  return { state: next, changed: { polygon: next.polygon, title }, refused: null, said };
}
