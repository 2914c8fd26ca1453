import { describe, expect, it } from "vitest";
import { exportLink } from "./exportLink.ts";

const all = { surveyId: "sv_1", predictionId: "pr_1", threshold: 0.42, ids: null };

describe("export links", () => {
  it("name the layer, and for predictions which and from how sure", () => {
    expect(exportLink({ ...all, layer: "label" })).toBe("/exports/sv_1/label.geojson");
    expect(exportLink({ ...all, layer: "prediction" })).toBe("/exports/sv_1/prediction.geojson?predictionId=pr_1&threshold=0.42");
  });
  it("carry a selection", () => {
    expect(exportLink({ ...all, layer: "label", ids: ["a", "b"] })).toBe("/exports/sv_1/label.geojson?ids=a%2Cb");
  });
});
