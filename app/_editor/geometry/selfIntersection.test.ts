import type { Position } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { closeRing } from "./rings.ts";
import { nextEdgeCrosses, ringCrossesItself, ringsMeet } from "./selfIntersection.ts";

const bowTie: Position[] = [
  [0, 0],
  [4, 3],
  [4, 0],
  [0, 3],
];
const kite: Position[] = [
  [0, 0],
  [5, 1],
  [7, 6],
  [1, 4],
];

describe("ringCrossesItself", () => {
  it("tells a bow tie from a kite, whichever way and wherever the ring begins", () => {
    for (let start = 0; start < 4; start++) {
      const turned = (ring: Position[]) => [...ring.slice(start), ...ring.slice(0, start)];
      expect(ringCrossesItself(closeRing(turned(bowTie)))).toBe(true);
      expect(ringCrossesItself(closeRing(turned(kite)))).toBe(false);
      expect(ringCrossesItself(closeRing(turned(kite).reverse()))).toBe(false);
    }
  });

  it("refuses a spike, a touching vertex and a line", () => {
    expect(
      ringCrossesItself([
        [0, 0],
        [4, 0],
        [2, 0],
        [2, 3],
        [0, 0],
      ]),
    ).toBe(true);
    expect(
      ringCrossesItself([
        [0, 0],
        [6, 0],
        [6, 4],
        [3, 0],
        [0, 4],
        [0, 0],
      ]),
    ).toBe(true);
    expect(
      ringCrossesItself([
        [0, 0],
        [1, 1],
        [0, 0],
      ]),
    ).toBe(true);
  });

  it("keeps straight vertices along an edge, and repeated ones", () => {
    expect(
      ringCrossesItself([
        [0, 0],
        [2, 0],
        [5, 0],
        [5, 3],
        [0, 3],
        [0, 0],
      ]),
    ).toBe(false);
    expect(
      ringCrossesItself([
        [0, 0],
        [5, 0],
        [5, 0],
        [5, 3],
        [0, 3],
        [0, 0],
      ]),
    ).toBe(false);
  });

  it("agrees with checking every pair on random rings", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    let crossing = 0;
    for (let round = 0; round < 300; round++) {
      const ring = closeRing(Array.from({ length: 4 + Math.floor(random() * 5) }, (): Position => [random() * 9, random() * 5]));
      const slow = everyPair(ring);
      expect(ringCrossesItself(ring)).toBe(slow);
      if (slow) crossing++;
    }
    expect(crossing).toBeGreaterThan(50);
    expect(crossing).toBeLessThan(290);
  });
});

/** Proper crossings only: random rings have no others. */
function everyPair(ring: readonly Position[]): boolean {
  const side = (a: Position, b: Position, c: Position) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  for (let i = 0; i + 1 < ring.length; i++)
    for (let j = i + 2; j + 1 < ring.length; j++) {
      const [a, b, c, d] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!];
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
    }
  return false;
}

describe("nextEdgeCrosses", () => {
  it("refuses crossing, touching and folding back", () => {
    const path: Position[] = [
      [0, 0],
      [4, 0],
      [4, 3],
    ];
    expect(nextEdgeCrosses(path, [2, -1])).toBe(true);
    expect(nextEdgeCrosses(path, [1, 0])).toBe(true);
    expect(nextEdgeCrosses(path, [4, 1])).toBe(true);
    expect(nextEdgeCrosses(path, [1, 2])).toBe(false);
    expect(nextEdgeCrosses([], [1, 2])).toBe(false);
  });
});

describe("ringsMeet", () => {
  it("sees edges that touch, not mere containment", () => {
    const big = closeRing([
      [0, 0],
      [9, 0],
      [9, 5],
      [0, 5],
    ]);
    expect(
      ringsMeet(
        big,
        closeRing([
          [1, 1],
          [2, 1],
          [2, 2],
        ]),
      ),
    ).toBe(false);
    expect(
      ringsMeet(
        big,
        closeRing([
          [8, 1],
          [11, 1],
          [8, 2],
        ]),
      ),
    ).toBe(true);
  });
});
