import type { Position } from "@reefline/schema/feature";
import { samePosition } from "../geometry/segments.ts";

/** A measured path. Once `done`, the next click begins a new one. */
export type RulerState = { points: readonly Position[]; cursor: Position | null; done: boolean };
export type RulerEvent =
  | { type: "hover"; at: Position | null }
  | { type: "place"; at: Position }
  | { type: "remove-last" }
  | { type: "finish" };

export const nothingMeasured: RulerState = { points: [], cursor: null, done: false };

/** Measures along a path; pure. */
export function ruler(state: RulerState, event: RulerEvent): RulerState {
  switch (event.type) {
    case "hover":
      return state.done ? state : { ...state, cursor: event.at };
    case "place": {
      if (state.done) return { points: [event.at], cursor: event.at, done: false };
      const last = state.points.at(-1);
      return last && samePosition(last, event.at) ? state : { ...state, points: [...state.points, event.at], cursor: event.at };
    }
    case "remove-last":
      return { ...state, points: state.points.slice(0, -1), done: false };
    case "finish":
      return state.points.length > 1 ? { ...state, cursor: null, done: true } : nothingMeasured;
  }
}

/** The path to draw and measure: what was placed, and on to the cursor. */
export function rulerPath(state: RulerState): Position[] {
  const last = state.points.at(-1);
  return state.cursor && !state.done && last && !samePosition(last, state.cursor) ? [...state.points, state.cursor] : [...state.points];
}
