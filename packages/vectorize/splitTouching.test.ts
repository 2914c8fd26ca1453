import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { squaredDistances } from "./distanceTransform.ts";
import { labelArcs } from "./labelArcs.ts";
import { outlineBodies } from "./outlineRegion.ts";
import { ringArea } from "./ringArea.ts";
import type { TracedRing } from "./rowTracer.ts";
import { RowTracer } from "./rowTracer.ts";
import { splitTouching } from "./splitTouching.ts";

function regionsOf(widthPx: number, heightPx: number, isGround: (x: number, y: number) => boolean): (readonly TracedRing[])[] {
  const regions: (readonly TracedRing[])[] = [];
  const tracer = new RowTracer(widthPx, { thresholdByte: 1 }, ({ rings }) => regions.push(rings));
  const row = new Uint8Array(widthPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) row[x] = isGround(x + 0.5, y + 0.5) ? 1 : 0;
    tracer.pushRow(row);
  }
  tracer.finish();
  return regions;
}

const disc = (cx: number, cy: number, radius: number) => (x: number, y: number) => Math.hypot(x - cx, y - cy) < radius;

describe("squaredDistances", () => {
  it("equals the distance to the nearest empty pixel, found by looking at all", () => {
    const masks = fc.record({ widthPx: fc.integer({ min: 3, max: 15 }), bits: fc.array(fc.boolean(), { minLength: 9, maxLength: 150 }) });
    fc.assert(
      fc.property(masks, ({ widthPx, bits }) => {
        const heightPx = Math.floor(bits.length / widthPx);
        const isEdge = (i: number) => i % widthPx === 0 || i % widthPx === widthPx - 1 || i < widthPx || i >= widthPx * (heightPx - 1);
        const mask = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (bits[i] && !isEdge(i) ? 1 : 0));
        const wanted = Array.from(mask, (value, i) => {
          if (value === 0) return 0;
          let least = Infinity;
          mask.forEach((other, k) => {
            if (other === 0)
              least = Math.min(least, ((k % widthPx) - (i % widthPx)) ** 2 + (Math.floor(k / widthPx) - Math.floor(i / widthPx)) ** 2);
          });
          return least;
        });
        expect([...squaredDistances(mask, widthPx, heightPx)]).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });
});

describe("splitTouching", () => {
  it("parts two discs at their neck, and leaves one body, a rough one and a wide neck whole", () => {
    const [a, b] = [disc(30, 30, 20), disc(65, 33, 18)];
    const [touching = []] = regionsOf(90, 61, (x, y) => a(x, y) || b(x, y));
    const parted = splitTouching(touching);
    expect(parted?.count).toBe(2);
    const sizes = [1, 2].map((body) => parted?.labels.filter((label) => label === body).length ?? 0);
    expect(sizes[0]! / (Math.PI * 20 ** 2)).toBeCloseTo(1, 1);
    expect(sizes[1]! / (Math.PI * 18 ** 2)).toBeCloseTo(1, 1);
    const [single = []] = regionsOf(60, 61, a);
    expect(splitTouching(single)).toBeNull();
    const near = disc(48, 30, 18);
    const [wide = []] = regionsOf(90, 61, (x, y) => a(x, y) || near(x, y));
    expect(splitTouching(wide)).toBeNull();
    const [rough = []] = regionsOf(90, 61, (x, y) => disc(40, 30, 20 + 2 * Math.sin(9 * Math.atan2(y - 30, x - 40)))(x, y));
    expect(splitTouching(rough)).toBeNull();
  });

  it("gives bodies that cover the region once and share their borders after simplification", () => {
    const [a, b, c] = [disc(30, 30, 20), disc(66, 33, 18), disc(47, 62, 17)];
    const [region = []] = regionsOf(100, 90, (x, y) => a(x, y) || b(x, y) || c(x, y));
    const parted = splitTouching(region);
    expect(parted?.count).toBe(3);
    if (!parted) return;
    for (const smooth of [false, true])
      for (const tolerancePx of [0, 1, 3]) {
        const style = { contour: "pixel", tolerancePx, smooth } as const;
        const exact = tolerancePx === 0 && !smooth;
        const bodies = outlineBodies(labelArcs(parted.labels, parted.window.widthPx, { exact }), parted.count, style, parted.window);
        const whole = parted.labels.filter((label) => label > 0).length;
        const sum = bodies.reduce(
          (total, [outer = [], ...holes]) => total + ringArea(outer) - holes.reduce((cut, hole) => cut + ringArea(hole), 0),
          0,
        );
        if (exact) expect(sum).toBe(whole);
        else expect(Math.abs(sum / whole - 1)).toBeLessThan(0.02 + 0.03 * tolerancePx);
        // A border walked one way by one body is walked the other way by its neighbour.
        const edges = bodies.map(([outer = new Float64Array()]) => {
          const set = new Set<string>();
          for (let i = 0; i + 3 < outer.length; i += 2) set.add(`${outer[i]},${outer[i + 1]} ${outer[i + 2]},${outer[i + 3]}`);
          return set;
        });
        const turned = (edge: string) => edge.split(" ").reverse().join(" ");
        const sharedBy = (i: number, k: number) => [...(edges[i] ?? [])].filter((edge) => edges[k]?.has(turned(edge))).length;
        expect([sharedBy(0, 1), sharedBy(0, 2), sharedBy(1, 2)].filter((count) => count > 0).length).toBeGreaterThanOrEqual(2);
      }
  });
});
