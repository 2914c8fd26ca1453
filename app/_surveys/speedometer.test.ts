import { describe, expect, it } from "vitest";
import { looksLikeRaster, speedometer, surveyNameFrom } from "./uploads.ts";

describe("speedometer", () => {
  it("knows nothing at first, then the speed of the last eight seconds", () => {
    let at = 0;
    const speed = speedometer(() => at);
    expect(speed(0)).toBeNull();
    at = 500;
    expect(speed(50)).toBeNull();
    at = 2_000;
    expect(speed(2_000)).toBeCloseTo(1_000);
    at = 11_000;
    expect(speed(2_000 + 90_000)).toBeCloseTo(10_000, -2);
  });
});

describe("file names", () => {
  it("recognises GeoTIFFs and names surveys after them", () => {
    expect(looksLikeRaster("Reef.TIF")).toBe(true);
    expect(looksLikeRaster("reef.geojson")).toBe(false);
    expect(surveyNameFrom("middle_marsh-2026.tif")).toBe("middle marsh-2026");
    expect(surveyNameFrom(".tif")).toBe("New survey");
  });
});
