import { describe, expect, it } from "vitest";
import { clipRings } from "./clipRings.ts";

const photo = { widthPx: 10, heightPx: 6 };

describe("outlines that reach over their photo's edge", () => {
  it("leaves what lies on the photo as it is, and what is no outline to whoever reads it", () => {
    const inside = [
      [
        [0, 0],
        [10, 0],
        [10, 6],
        [0, 0],
      ],
    ];
    expect(clipRings(inside, photo)).toEqual({ rings: inside, wasClipped: false });
    const odd = [[[0, 0], "x", [30, 3]]];
    expect(clipRings(odd, photo)).toEqual({ rings: odd, wasClipped: false });
  });
  it("cuts at every side, holes too, and leaves nothing of what lies beside", () => {
    const { rings, wasClipped } = clipRings(
      [
        [
          [-5, -5],
          [15, -5],
          [15, 3],
          [-5, 3],
          [-5, -5],
        ],
        [
          [8, 1],
          [8, 2],
          [20, 2],
          [20, 1],
          [8, 1],
        ],
      ],
      photo,
    );
    const corners = (ring: readonly unknown[] | undefined) => new Set((ring ?? []).map(String));
    expect(wasClipped).toBe(true);
    expect(corners(rings[0])).toEqual(new Set(["0,0", "10,0", "10,3", "0,3"]));
    expect(corners(rings[1])).toEqual(new Set(["8,1", "8,2", "10,2", "10,1"]));
    const beside = [
      [
        [20, 1],
        [30, 1],
        [30, 4],
        [20, 1],
      ],
    ];
    expect(clipRings(beside, photo)).toEqual({ rings: [], wasClipped: true });
  });
});
