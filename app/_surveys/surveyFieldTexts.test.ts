import { describe, expect, it } from "vitest";
import { fieldsFromTexts, localTimeText, textsFromFields } from "./surveyFieldTexts.ts";

const fields = {
  name: "Middle Marsh",
  site: "Back Sound",
  capturedAt: "2026-05-04T13:30:00.000Z",
  tideHeightMeters: -0.4,
  tideDatum: "MLLW",
  notes: "calm",
};

describe("survey fields", () => {
  it("survive the form", () => {
    expect(fieldsFromTexts(textsFromFields(fields)).fields).toEqual(fields);
    expect(localTimeText("2026-05-04")).toBe("2026-05-04T12:00");
    expect(localTimeText(null)).toBe("");
  });
  it("understands a decimal comma and a real minus sign", () => {
    expect(fieldsFromTexts({ ...textsFromFields(fields), tideHeightMeters: "−0,25" }).fields?.tideHeightMeters).toBe(-0.25);
  });
  it("says what is wrong, field by field", () => {
    const { fields: none, errors } = fieldsFromTexts({ ...textsFromFields(fields), name: " ", tideHeightMeters: "high" });
    expect(none).toBeNull();
    expect(Object.keys(errors).sort()).toEqual(["name", "tideHeightMeters"]);
  });
});
