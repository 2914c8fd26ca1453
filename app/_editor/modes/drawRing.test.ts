import type { Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { cursorIsRefused, type DrawState, drawRing, nothingDrawn } from "./drawRing.ts";

function placed(...positions: Position[]): DrawState {
  return positions.reduce<DrawState>((state, at) => drawRing(state, { type: "place", at }).state, nothingDrawn);
}

describe("drawRing", () => {
  it("places, says how many, and finishes with a closed ring", () => {
    const state = placed([0, 0], [5, 0], [5, 3]);
    expect(drawRing(placed([0, 0], [5, 0]), { type: "place", at: [5, 3] }).said).toBe("Vertex placed, 3 vertices so far");
    const done = drawRing(state, { type: "finish" });
    expect(done.ring).toEqual([
      [0, 0],
      [5, 0],
      [5, 3],
      [0, 0],
    ]);
    expect(done.state).toEqual(nothingDrawn);
  });

  it("refuses a crossing edge and keeps what was drawn", () => {
    const state = placed([0, 0], [5, 0], [5, 3]);
    const outcome = drawRing(state, { type: "place", at: [2, -1] });
    expect(outcome.refused).toMatch(/cross the outline/);
    expect(outcome.state).toBe(state);
    expect(cursorIsRefused(drawRing(state, { type: "hover", at: [2, -1] }).state)).toBe(true);
    expect(cursorIsRefused(drawRing(state, { type: "hover", at: [2, 2] }).state)).toBe(false);
  });

  it("refuses a closing edge that crosses, and fewer than three vertices", () => {
    const hook = placed([0, 0], [6, 0], [6, 4], [2, 4], [2, -3]);
    // [2, 4] → [2, -3] crosses the first edge and is refused, so four remain and they close.
    expect(hook.vertices).toHaveLength(4);
    const behind = placed([0, 0], [6, 0], [6, 4], [8, 4], [8, -2]);
    expect(drawRing(behind, { type: "finish" }).ring).not.toBeNull();
    const wrapped = placed([0, 0], [6, 0], [6, 4], [-3, 4], [-3, 2], [3, 2]);
    expect(drawRing(wrapped, { type: "finish" }).ring).not.toBeNull();
    const closingCrosses = placed([0, 0], [6, 0], [6, 1], [2, 1], [2, 3], [8, 3], [8, 0.5]);
    const outcome = drawRing(closingCrosses, { type: "finish" });
    expect(outcome.ring).toBeNull();
    expect(outcome.refused).toMatch(/closing edge/);
    expect(outcome.state).toBe(closingCrosses);
    expect(drawRing(placed([0, 0], [5, 0]), { type: "finish" }).refused).toMatch(/three vertices/);
  });

  it("takes back the last vertex, and passes over a double click's second place", () => {
    const state = placed([0, 0], [5, 0], [5, 0]);
    expect(state.vertices).toHaveLength(2);
    expect(drawRing(state, { type: "remove-last" }).state.vertices).toEqual([[0, 0]]);
    expect(drawRing(nothingDrawn, { type: "remove-last" }).state).toBe(nothingDrawn);
  });
});
