import { createExpression, latest, type StylePropertySpecification } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import { probabilityRamp } from "./probabilityRamp.ts";

const spec = latest["paint_color-relief"]["color-relief-color"] as StylePropertySpecification;

/** Opacity that MapLibre's own evaluator gives a byte of the raster. */
function alphaAt(threshold: number, byte: number): number {
  const parsed = createExpression(probabilityRamp(threshold), "color-relief-color", spec);
  if (parsed.result !== "success") throw new Error(JSON.stringify(parsed.value));
  return parsed.value.evaluate({ zoom: 18, elevation: byte }).a;
}

describe("the colours of the probability raster", () => {
  it.each([0.01, 0.05, 0.37, 0.5, 0.93, 0.98, 0.99, 1])("is a valid expression with rising, whole stops at threshold %s", (threshold) => {
    const stops = probabilityRamp(threshold)
      .slice(3)
      .filter((_, index) => index % 2 === 0) as number[];
    for (const [index, stop] of stops.entries()) {
      expect(Number.isInteger(stop)).toBe(true);
      if (index > 0) expect(stop).toBeGreaterThan(stops[index - 1]!);
    }
    expect(alphaAt(threshold, 0)).toBe(0);
    expect(alphaAt(threshold, 255)).toBeGreaterThan(0.5);
  });
  it("steps at the threshold", () => {
    expect(alphaAt(0.5, 127)).toBeLessThan(0.2);
    expect(alphaAt(0.5, 128)).toBeGreaterThan(0.9);
    expect(alphaAt(0.5, 200)).toBeGreaterThan(alphaAt(0.5, 140));
  });
});
