import { polygonAreaM2 } from "@reefline/geo/geodesic";
import type { FeatureContent, Polygon } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { labelTotals, withEffects } from "./labelTotals.ts";

const square = (east: number): Polygon => ({
  type: "Polygon",
  coordinates: [
    [
      [0, 0],
      [east, 0],
      [east, 0.001],
      [0, 0.001],
      [0, 0],
    ],
  ],
});
const content = (east: number, change: Partial<FeatureContent> = {}): FeatureContent => ({
  layer: "label",
  class: "reef",
  notes: "",
  properties: {},
  provenance: { kind: "drawn" },
  geometry: square(east),
  locked: false,
  ...change,
});

describe("totals", () => {
  it("follow what is drawn, changed and deleted", () => {
    const none = labelTotals(null, []);
    const drawn = withEffects(none, [{ id: "a", before: null, after: content(0.001, { class: "mussels" }) }]);
    expect(drawn.layers.label).toEqual({ count: 1, areaM2: polygonAreaM2(square(0.001)) });
    expect(drawn.classes).toEqual([{ name: "mussels", count: 1, areaM2: polygonAreaM2(square(0.001)) }]);
    const grown = withEffects(drawn, [{ id: "a", before: content(0.001, { class: "mussels" }), after: content(0.003) }]);
    expect(grown.classes.map(({ name, count }) => [name, count])).toEqual([["reef", 1]]);
    expect(grown.classes[0]?.areaM2).toBeCloseTo(polygonAreaM2(square(0.003)), 6);
    expect(grown.layers.label.count).toBe(1);
    expect(grown.layers.label.areaM2).toBeCloseTo(polygonAreaM2(square(0.003)), 6);
    const gone = withEffects(grown, [{ id: "a", before: content(0.003), after: null }]);
    expect(gone.layers.label).toEqual({ count: 0, areaM2: 0 });
    expect(gone.classes).toEqual([]);
    expect(none.layers.label.count).toBe(0);
  });
  it("count what was predicted, and what moves to another layer", () => {
    const provenance = { kind: "accepted", predictionId: `pr_${"0".repeat(19)}`, polygonId: "p", probability: 0.8, edited: false } as const;
    const accepted = withEffects(labelTotals(null, []), [{ id: "a", before: null, after: content(0.001, { provenance }) }]);
    expect(accepted.acceptedCount).toBe(1);
    const moved = withEffects(accepted, [{ id: "a", before: content(0.001, { provenance }), after: content(0.001, { layer: "ignore" }) }]);
    expect([moved.acceptedCount, moved.layers.label.count, moved.layers.ignore.count]).toEqual([0, 0, 1]);
  });
});
