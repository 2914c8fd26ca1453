import { describe, expect, it } from "vitest";
import { drawByHand, simplifyRing } from "./manualLabels.ts";
import { signedArea } from "./pixelPolygon.ts";

function circle(radiusPx: number, vertices: number): Float64Array {
  return Float64Array.from({ length: vertices * 2 }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / vertices;
    return i % 2 === 0 ? 300 + radiusPx * Math.cos(angle) : 200 + radiusPx * Math.sin(angle);
  });
}

describe("drawByHand", () => {
  it("simplifies within the tolerance, to far fewer points", () => {
    const simple = simplifyRing(circle(100, 720), 1.5);
    expect(simple.length / 2).toBeLessThan(60);
    for (let i = 0; i < simple.length; i += 2) {
      const [x0 = 0, y0 = 0] = simple.slice(i, i + 2);
      const [x1 = 0, y1 = 0] = [...simple, ...simple].slice(i + 2, i + 4);
      const sagitta = 100 - Math.hypot((x0 + x1) / 2 - 300, (y0 + y1) / 2 - 200);
      expect(sagitta).toBeLessThanOrEqual(1.51);
    }
  });

  it("wanders off the outline, but by centimetres", () => {
    const drawn = drawByHand({ rings: [circle(100, 360), circle(30, 90)] }, { seed: 4, gsdMeters: 0.03 });
    expect(drawn?.rings.length).toBe(2);
    const offsets: number[] = [];
    const [outer = new Float64Array()] = drawn?.rings ?? [];
    for (let i = 0; i < outer.length; i += 2)
      offsets.push(Math.abs(Math.hypot((outer[i] ?? 0) - 300, (outer[i + 1] ?? 0) - 200) - 100) * 0.03);
    expect(Math.max(...offsets)).toBeLessThan(0.14);
    expect(Math.max(...offsets)).toBeGreaterThan(0.02);
    expect(Math.abs(signedArea(outer)) / (Math.PI * 100 ** 2)).toBeCloseTo(1, 1);
  });

  it("leaves out specks and pinholes", () => {
    const hand = { seed: 4, gsdMeters: 0.03 };
    expect(drawByHand({ rings: [circle(5, 20)] }, hand)).toBeNull();
    expect(drawByHand({ rings: [circle(100, 200), circle(5, 20)] }, hand)?.rings.length).toBe(1);
  });
});
