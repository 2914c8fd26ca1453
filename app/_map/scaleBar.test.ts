import { describe, expect, it } from "vitest";
import { scaleBar } from "./scaleBar.ts";

describe("scaleBar", () => {
  it("takes the longest round length that fits", () => {
    expect(scaleBar(0.031, 96)).toEqual({ meters: 2, widthPx: 2 / 0.031, label: "2 m" });
    expect(scaleBar(73, 96)).toMatchObject({ meters: 5000, label: "5 km" });
    expect(scaleBar(0.0011, 96)?.label).toBe("10 cm");
  });
  it("says nothing where there is no ground", () => {
    expect(scaleBar(Number.NaN, 96)).toBeNull();
    expect(scaleBar(0, 96)).toBeNull();
  });
});
