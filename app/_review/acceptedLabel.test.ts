import { editSchema, type Polygon } from "@reefline/schema/feature";
import { describe, expect, it } from "vitest";
import { acceptedLabel } from "./acceptedLabel.ts";

const ring = (east: number): Polygon => ({
  type: "Polygon",
  coordinates: [
    [
      [0, 0],
      [east, 0],
      [east, 1],
      [0, 0],
    ],
  ],
});
const base = {
  editId: crypto.randomUUID(),
  featureId: crypto.randomUUID(),
  surveyId: `sv_${"0".repeat(19)}`,
  predictionId: `pr_${"0".repeat(19)}`,
  polygon: { id: "p1", geometry: ring(1), areaM2: 1, perimeterMeters: 1, probability: 0.81, decision: null },
};

describe("a label from a prediction", () => {
  it("is an edit the server takes, and says where it came from", () => {
    const edit = editSchema.parse(acceptedLabel({ ...base, changed: null }));
    expect(edit.puts[0]?.content.geometry).toEqual(ring(1));
    expect(edit.puts[0]?.content.provenance).toEqual({
      kind: "accepted",
      predictionId: base.predictionId,
      polygonId: "p1",
      probability: 0.81,
      edited: false,
    });
  });
  it("keeps the changed outline and says that it was changed", () => {
    const content = acceptedLabel({ ...base, changed: ring(2) }).puts[0]?.content;
    expect(content?.geometry).toEqual(ring(2));
    expect(content?.provenance).toMatchObject({ edited: true });
  });
  it("has the class of its outline, and is reef where classes were not told apart", () => {
    const classOf = (polygon: typeof base.polygon & { class?: string }) =>
      acceptedLabel({ ...base, polygon, changed: null }).puts[0]?.content.class;
    expect(classOf(base.polygon)).toBe("reef");
    expect(classOf({ ...base.polygon, class: "shell rake" })).toBe("shell rake");
  });
});
