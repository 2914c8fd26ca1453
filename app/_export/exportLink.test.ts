import { describe, expect, it } from "vitest";
import { exportLink, rasterLink } from "./exportLink.ts";

const all = { surveyId: "sv_1", predictionId: "pr_1", threshold: 0.42, ids: null, format: "geojson", inSurveyCrs: false } as const;

describe("export links", () => {
  it("name the layer, and for predictions which and from how sure", () => {
    expect(exportLink({ ...all, layer: "label" })).toBe("/exports/sv_1/label.geojson");
    expect(exportLink({ ...all, layer: "prediction" })).toBe("/exports/sv_1/prediction.geojson?predictionId=pr_1&threshold=0.42");
  });
  it("name the format and the coordinates", () => {
    const choice = { ...all, layer: "label", format: "shp.zip", inSurveyCrs: true } as const;
    expect(exportLink(choice)).toBe("/exports/sv_1/label.shp.zip?crs=survey");
    expect(rasterLink("sv_1", "mask", "pr_1", 0.4)).toBe("/exports/sv_1/mask.tif?predictionId=pr_1&threshold=0.4");
    expect(rasterLink("sv_1", "probability", "pr_1", 0.4)).toBe("/exports/sv_1/probability.tif?predictionId=pr_1");
  });
  it("carry a selection", () => {
    expect(exportLink({ ...all, layer: "label", ids: ["a", "b"] })).toBe("/exports/sv_1/label.geojson?ids=a%2Cb");
  });
});
