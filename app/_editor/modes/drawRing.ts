import type { Position } from "@reefline/schema/feature";
import { closeRing } from "../geometry/rings.ts";
import { samePosition } from "../geometry/segments.ts";
import { nextEdgeCrosses, ringCrossesItself } from "../geometry/selfIntersection.ts";

/** A ring being drawn: its vertices so far and where the pointer or crosshair is. */
export type DrawState = { vertices: readonly Position[]; cursor: Position | null };

export type DrawEvent =
  | { type: "hover"; at: Position | null }
  | { type: "place"; at: Position }
  | { type: "remove-last" }
  | { type: "finish" };

export type DrawOutcome = {
  state: DrawState;
  /** The closed ring, once finished. */
  ring: Position[] | null;
  /** Why the event was refused, in one sentence. */
  refused: string | null;
  /** What happened, for a screen reader. */
  said: string | null;
};

export const nothingDrawn: DrawState = { vertices: [], cursor: null };

const counted = (count: number) => (count === 1 ? "1 vertex" : `${count} vertices`);

/** Draws one ring; pure. A ring that would cross itself is refused vertex by vertex, so that it never has to be thrown away. */
export function drawRing(state: DrawState, event: DrawEvent): DrawOutcome {
  const on = (next: DrawState, said: string | null = null): DrawOutcome => ({ state: next, ring: null, refused: null, said });
  const refuse = (refused: string): DrawOutcome => ({ state, ring: null, refused, said: null });
  switch (event.type) {
    case "hover":
      return on({ ...state, cursor: event.at });
    case "place": {
      const last = state.vertices.at(-1);
      if (last && samePosition(last, event.at)) return on(state);
      if (nextEdgeCrosses(state.vertices, event.at))
        return refuse("This edge would cross the outline. Place the vertex elsewhere, or press Backspace to take back the last one.");
      const vertices = [...state.vertices, event.at];
      return on({ vertices, cursor: event.at }, `Vertex placed, ${counted(vertices.length)} so far`);
    }
    case "remove-last": {
      if (state.vertices.length === 0) return on(state);
      const vertices = state.vertices.slice(0, -1);
      return on({ ...state, vertices }, `Vertex removed, ${counted(vertices.length)} left`);
    }
    case "finish": {
      if (state.vertices.length < 3) return refuse("A polygon needs at least three vertices. Place more, or press Esc to give up.");
      const ring = closeRing(state.vertices);
      if (ringCrossesItself(ring))
        return refuse("The closing edge would cross the outline. Press Backspace to take back the last vertex, or place another.");
      return { state: nothingDrawn, ring, refused: null, said: null };
    }
  }
}

/** Whether the edge from the last vertex to the cursor would be refused; drawn as a warning while moving. */
export function cursorIsRefused(state: DrawState): boolean {
  return state.cursor !== null && nextEdgeCrosses(state.vertices, state.cursor);
}
