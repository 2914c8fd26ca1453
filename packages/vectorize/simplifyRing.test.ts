import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simplifyRing } from "./simplifyRing.ts";
import { cutCorners } from "./smoothRing.ts";

describe("simplifyRing", () => {
  it("drops what lies within the tolerance and keeps what does not", () => {
    const ring = Float64Array.from([0, 0, 5, 0.4, 10, 0, 10, 7, 0, 7, 0, 0]);
    expect([...(simplifyRing(ring, 0.5) ?? [])]).toEqual([0, 0, 10, 0, 10, 7, 0, 7, 0, 0]);
    expect([...(simplifyRing(ring, 0.3) ?? [])]).toEqual([...ring]);
    expect(simplifyRing(ring, 100)).toBeNull();
  });

  it("leaves no vertex farther than the tolerance from the simplified ring", () => {
    const vertex = fc.double({ min: -50, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(vertex, vertex), { minLength: 3, maxLength: 40 }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        (vertices, tolerance) => {
          const ring = Float64Array.from([...vertices, vertices[0]!].flat());
          const simple = simplifyRing(ring, tolerance);
          if (!simple) return;
          for (const [px, py] of vertices) {
            let nearest = Number.POSITIVE_INFINITY;
            for (let i = 0; i + 3 < simple.length; i += 2) {
              const [ax, ay, bx, by] = [simple[i]!, simple[i + 1]!, simple[i + 2]!, simple[i + 3]!];
              const length = (bx - ax) ** 2 + (by - ay) ** 2;
              const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length));
              nearest = Math.min(nearest, Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay)));
            }
            expect(nearest).toBeLessThanOrEqual(tolerance + 1e-9);
          }
        },
      ),
    );
  });
});

describe("cutCorners", () => {
  it("makes a straight line of a staircase and a diamond of a pixel", () => {
    expect([...cutCorners(Int32Array.from([0, 0, 0, 1, 1, 1, 1, 0]))]).toEqual([0.5, 0, 0, 0.5, 0.5, 1, 1, 0.5, 0.5, 0]);
    const stairs = cutCorners(Int32Array.from([0, 0, 0, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0]));
    let onDiagonal = 0;
    for (let i = 0; i < stairs.length; i += 2) if (stairs[i]! - stairs[i + 1]! === 0.5) onDiagonal++;
    expect(onDiagonal).toBe(7);
    // Six different ones (a closed ring repeats its first) collapse onto their two ends.
    expect(simplifyRing(stairs, 0.01)?.length).toBe(stairs.length - 8);
  });
});
