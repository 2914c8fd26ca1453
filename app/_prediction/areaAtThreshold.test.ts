import { describe, expect, it } from "vitest";
import { areaAtThreshold, firstReefByte, predictedGroundM2 } from "./areaAtThreshold.ts";

const histogram = Array.from({ length: 256 }, (_, byte) => (byte === 0 ? 9_999 : byte));

describe("area at a threshold", () => {
  it("starts at the byte whose probability reaches the threshold", () => {
    expect(firstReefByte(0)).toBe(1);
    expect(firstReefByte(0.5)).toBe(128);
    expect(firstReefByte(127 / 254)).toBe(128);
    expect(firstReefByte(127.5 / 254)).toBe(129);
    expect(firstReefByte(1)).toBe(255);
    expect(firstReefByte(1.01)).toBe(256);
  });
  it("sums from there up and leaves nodata out", () => {
    expect(areaAtThreshold(histogram, 1)).toBe(255);
    expect(areaAtThreshold(histogram, 253 / 254)).toBe(255 + 254);
    expect(predictedGroundM2(histogram)).toBe((255 * 256) / 2);
  });
});
