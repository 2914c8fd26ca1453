import { describe, expect, it } from "vitest";
import { classColour, classColours, classInk } from "./classColours.ts";
import { mostClasses } from "./classes.ts";

const linear = (hex: string) =>
  [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
const times = (matrix: number[], [r = 0, g = 0, b = 0]: number[]) =>
  [0, 3, 6].map((row) => (matrix[row] ?? 0) * r + (matrix[row + 1] ?? 0) * g + (matrix[row + 2] ?? 0) * b);
// Machado, Oliveira and Fernandes 2009, severity 1: protanopia and deuteranopia, on linear sRGB.
const sights = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
];
const okLab = (rgb: number[]) => {
  const lms = times(
    [0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005],
    rgb,
  );
  return times(
    [0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662, -0.808675766],
    lms.map(Math.cbrt),
  );
};
const apart = (a: string, b: string) =>
  Math.min(
    ...sights.map((sight) =>
      Math.hypot(...okLab(times(sight, linear(a))).map((part, i) => part - (okLab(times(sight, linear(b)))[i] ?? 0))),
    ),
  );

describe("colours of classes", () => {
  it("do not depend on the order, and reef keeps its own", () => {
    const names = ["live", "dead", "shell rake", "reef", "unsure"];
    const colours = classColours(names);
    expect(colours.get("reef")).toBe("#19ada8");
    for (const name of names) {
      expect(classColour(name, [...names].reverse())).toBe(colours.get(name));
      expect(classColour(name, names)).toMatch(/^#[0-9a-f]{6}$/);
    }
    expect(classColour("dead", [])).toBe(classColour("dead", ["live", "dead"]));
    expect(new Set(colours.values()).size).toBe(names.length);
  });

  it("differ for as many classes as can be told apart", () => {
    const names = Array.from({ length: mostClasses }, (_, i) => `class ${i}`);
    expect(new Set(classColours(names).values()).size).toBe(mostClasses);
    expect(classColours([...names, "one more"]).size).toBe(mostClasses + 1);
  });

  it("can be told apart without red or green receptors", () => {
    const usual = [...classColours(["reef", "a", "b", "c", "d", "e", "f"]).values()];
    for (const [i, one] of usual.entries())
      for (const other of usual.slice(i + 1)) expect(apart(one, other), `${one} and ${other}`).toBeGreaterThan(0.08);
    for (const one of usual) expect(apart(one, "#ffffff"), one).toBeGreaterThan(0.08);
  });

  it("have a line that shows beside white, and one that shows beside black", () => {
    const bright = (hex: string) => times([0.2126, 0.7152, 0.0722, 0, 0, 0, 0, 0, 0], linear(hex))[0] ?? 0;
    for (const colour of classColours(Array.from({ length: mostClasses }, (_, i) => `class ${i}`)).values()) {
      expect(1.05 / (bright(classInk(colour, "white")) + 0.05), colour).toBeGreaterThanOrEqual(4.5);
      expect((bright(classInk(colour, "black")) + 0.05) / 0.05, colour).toBeGreaterThanOrEqual(4.5);
    }
    expect(classInk("#a3195b", "white")).toBe("#a3195b");
  });
});
