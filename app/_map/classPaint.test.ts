import { createExpression, latest, type StylePropertySpecification } from "@maplibre/maplibre-gl-style-spec";
import { classColours } from "@reefline/schema/classColours";
import type { ExpressionSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import { labelFillColour, labelLineColour, outlineColour } from "./classPaint.ts";

const spec = latest.paint_fill["fill-color"] as StylePropertySpecification;

/** `#rrggbb` that MapLibre's own evaluator gives a shape of a class; undefined: without one. */
function colourOf(expression: ExpressionSpecification, name: string | undefined): string {
  const parsed = createExpression(expression, "fill-color", spec);
  if (parsed.result !== "success") throw new Error(JSON.stringify(parsed.value));
  const { r, g, b } = parsed.value.evaluate({ zoom: 18 }, { type: "Polygon", properties: name === undefined ? {} : { class: name } });
  return `#${[r, g, b]
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

describe("shapes in the colour of their class", () => {
  const colours = classColours(["live", "dead", "reef", "unsure"]);

  it("are as they always were without classes", () => {
    for (const name of ["reef", "anything", undefined]) {
      expect(colourOf(labelFillColour(new Map()), name)).toBe("#19ada8");
      expect(colourOf(labelLineColour(new Map()), name)).toBe("#00605f");
      expect(colourOf(outlineColour(new Map()), name)).toBe("#e69f00");
    }
    expect(colourOf(labelFillColour(new Map()), "unsure")).toBe("#ffffff");
    expect(colourOf(labelLineColour(new Map()), "unsure")).toBe("#4d5b66");
  });

  it("have the class's colour, reef and unsure ground their own look as labels", () => {
    expect(colourOf(labelFillColour(colours), "live")).toBe(colours.get("live"));
    expect(colourOf(labelFillColour(colours), "dead")).toBe(colours.get("dead"));
    expect(colourOf(labelLineColour(colours), "reef")).toBe("#00605f");
    expect(colourOf(labelFillColour(colours), "unsure")).toBe("#ffffff");
    expect(colourOf(labelLineColour(colours), "live")).not.toBe(colourOf(labelLineColour(colours), "dead"));
  });

  it("are orange as outlines only where no class is told", () => {
    expect(colourOf(outlineColour(colours), undefined)).toBe("#e69f00");
    expect(colourOf(outlineColour(colours), "reef")).toBe("#19ada8");
    expect(colourOf(outlineColour(colours), "dead")).toBe(colours.get("dead"));
  });
});
