import { describe, expect, it } from "vitest";
import { areaText, countText, durationText, groundSizeText, percentText } from "./quantity.ts";

describe("areas", () => {
  it.each([
    [0.314, "0.31 m²"],
    [43.27, "43.3 m²"],
    [123_456, "12.35 ha"],
  ])("%s m² reads %s", (areaM2, text) => expect(areaText(areaM2)).toBe(text));
});

describe("shares", () => {
  it("keeps 0 and 100 % for what is exactly that", () => {
    expect([0, 0.001, 0.437, 0.998, 1].map(percentText)).toEqual(["0 %", "<\u00a01\u00a0%", "44 %", ">\u00a099\u00a0%", "100 %"]);
  });
});

describe("durations and sizes", () => {
  it("steps by five seconds, then minutes, then hours", () => {
    expect([0.4, 12, 59, 61, 275, 3_600, 4_800].map(durationText)).toEqual(["5 s", "15 s", "60 s", "1 min", "5 min", "1 h", "1 h 20 min"]);
  });
  it("names ground size in cm below a metre", () => {
    expect([0.03, 0.0612, 1.24].map((meters) => groundSizeText(meters))).toEqual(["3 cm", "6.1 cm", "1.2 m"]);
  });
  it("counts one and many", () => {
    expect([countText(1, "reef", "reefs"), countText(1_234, "reef", "reefs")]).toEqual(["1 reef", "1\u202f234 reefs"]);
  });
});
