import { describe, expect, it } from "vitest";
import { formatArea, formatBytes, formatLength, formatTimeLeft } from "./formatNumbers.ts";

describe("formatArea", () => {
  it("chooses the unit by size", () => {
    expect(formatArea(3.456)).toEqual({ value: "3.46", unit: "m²" });
    expect(formatArea(1234.5)).toEqual({ value: "1\u202f235", unit: "m²" });
    expect(formatArea(12_345)).toEqual({ value: "1.23", unit: "ha" });
    expect(formatArea(2_500_000)).toEqual({ value: "2.50", unit: "km²" });
  });
});

describe("formatLength", () => {
  it("goes from centimetres to kilometres", () => {
    expect(formatLength(0.031)).toEqual({ value: "3.1", unit: "cm" });
    expect(formatLength(42.26)).toEqual({ value: "42.3", unit: "m" });
    expect(formatLength(1530)).toEqual({ value: "1.53", unit: "km" });
  });
});

describe("formatBytes and formatTimeLeft", () => {
  it("rounds to what a person reads", () => {
    expect(formatBytes(1_234_567)).toEqual({ value: "1.2", unit: "MB" });
    expect(formatTimeLeft(0.2)).toBe("1 s left");
    expect(formatTimeLeft(4800)).toBe("1 h 20 min left");
  });
});
