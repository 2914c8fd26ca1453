import type { Polygon, Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { closeRing } from "../geometry/rings.ts";
import { type EditEvent, type EditState, editShape, selectShape } from "./editShape.ts";
import { hitHandle } from "./hitHandle.ts";

const polygon: Polygon = {
  type: "Polygon",
  coordinates: [
    closeRing([
      [0, 0],
      [10, 0],
      [10, 6],
      [0, 6],
    ]),
    closeRing([
      [2, 1],
      [2, 3],
      [4, 3],
    ]),
  ],
};

function run(state: EditState, ...events: EditEvent[]) {
  let outcome = editShape(state, { type: "activate", ref: state.active });
  for (const event of events) outcome = editShape(outcome.state, event);
  return outcome;
}

describe("editShape", () => {
  it("moves a vertex: nothing is saved while dragging, once when dropped", () => {
    const dragged = run(selectShape(polygon), { type: "grab-vertex", ref: { ring: 0, vertex: 2 } }, { type: "drag", to: [12, 7] });
    expect(dragged.changed).toBeNull();
    expect(dragged.state.polygon.coordinates[0]?.[2]).toEqual([12, 7]);
    const dropped = editShape(dragged.state, { type: "drop" });
    expect(dropped.changed?.title).toBe("Move vertex");
    expect(dropped.state.drag).toBeNull();
  });

  it("snaps back when the shape would cross itself, and when let go", () => {
    const crossing = run(
      selectShape(polygon),
      { type: "grab-vertex", ref: { ring: 0, vertex: 0 } },
      { type: "drag", to: [11, 3] },
      { type: "drop" },
    );
    expect(crossing.refused).toMatch(/cross itself/);
    expect(crossing.changed).toBeNull();
    expect(crossing.state.polygon).toBe(polygon);
    expect(
      run(selectShape(polygon), { type: "grab-vertex", ref: { ring: 0, vertex: 0 } }, { type: "drag", to: [1, 1] }, { type: "let-go" })
        .state.polygon,
    ).toBe(polygon);
  });

  it("a click without a move saves nothing", () => {
    expect(run(selectShape(polygon), { type: "grab-vertex", ref: { ring: 0, vertex: 1 } }, { type: "drop" }).changed).toBeNull();
  });

  it("adds a vertex from a midpoint, and moves the whole with its holes", () => {
    const added = run(
      selectShape(polygon),
      { type: "grab-midpoint", ref: { ring: 0, vertex: 0 } },
      { type: "drag", to: [5, -2] },
      { type: "drop" },
    );
    expect(added.changed?.polygon.coordinates[0]).toHaveLength(6);
    expect(added.changed?.title).toBe("Add vertex");
    const moved = run(selectShape(polygon), { type: "grab-shape", at: [1, 1] }, { type: "drag", to: [4, 3] }, { type: "drop" });
    expect(moved.changed?.polygon.coordinates[1]?.[0]).toEqual([5, 3]);
    expect(moved.changed?.title).toBe("Move");
  });

  it("steps, nudges, inserts and deletes by keys", () => {
    const last = run(selectShape(polygon), { type: "step", by: -1 });
    expect(last.state.active).toEqual({ ring: 1, vertex: 2 });
    expect(last.said).toBe("Vertex 7 of 7, hole 1");
    expect(run(selectShape(polygon), { type: "step", by: 1 }).state.active).toEqual({ ring: 0, vertex: 0 });
    const at: Position = [-1, -1];
    expect(run(selectShape(polygon), { type: "step", by: 1 }, { type: "nudge", to: at }).changed?.polygon.coordinates[0]?.at(-1)).toEqual(
      at,
    );
    expect(run(selectShape(polygon), { type: "step", by: 1 }, { type: "insert-after" }).changed?.polygon.coordinates[0]?.[1]).toEqual([
      5, 0,
    ]);
    const holeGone = editShape(last.state, { type: "delete-vertex" });
    expect(holeGone.changed?.title).toBe("Delete hole");
    expect(holeGone.state.polygon.coordinates).toHaveLength(1);
  });
});

describe("hitHandle", () => {
  const project = ([x, y]: Position) => ({ x: x * 10, y: y * 7 });
  it("prefers a vertex to a nearer midpoint, and misses beyond its reach", () => {
    expect(hitHandle(polygon, { x: 99, y: 3 }, project, 9)).toEqual({ kind: "vertex", ref: { ring: 0, vertex: 1 } });
    expect(hitHandle(polygon, { x: 52, y: 2 }, project, 9)).toEqual({ kind: "midpoint", ref: { ring: 0, vertex: 0 } });
    expect(hitHandle(polygon, { x: 22, y: 10 }, project, 9)?.ref).toEqual({ ring: 1, vertex: 0 });
    expect(hitHandle(polygon, { x: 70, y: 20 }, project, 9)).toBeNull();
  });
});
