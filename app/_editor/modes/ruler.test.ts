import { describe, expect, it } from "vitest";
import { nothingMeasured, ruler, rulerPath } from "./ruler.ts";

describe("ruler", () => {
  it("follows the cursor until finished, then begins anew", () => {
    let state = ruler(ruler(nothingMeasured, { type: "place", at: [0, 0] }), { type: "place", at: [3, 1] });
    state = ruler(state, { type: "hover", at: [5, 5] });
    expect(rulerPath(state)).toEqual([
      [0, 0],
      [3, 1],
      [5, 5],
    ]);
    state = ruler(state, { type: "finish" });
    expect(rulerPath(ruler(state, { type: "hover", at: [9, 9] }))).toEqual([
      [0, 0],
      [3, 1],
    ]);
    expect(rulerPath(ruler(state, { type: "remove-last" }))).toEqual([[0, 0]]);
    expect(ruler(state, { type: "place", at: [7, 7] }).points).toEqual([[7, 7]]);
    expect(ruler(ruler(nothingMeasured, { type: "place", at: [0, 0] }), { type: "finish" })).toEqual(nothingMeasured);
  });
});
