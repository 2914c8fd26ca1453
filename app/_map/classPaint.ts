import { classInk } from "@reefline/schema/classColours";
import type { ExpressionSpecification } from "maplibre-gl";
import { mapColours } from "./mapColours.ts";

/** Colours of classes by name, `#rrggbb`. */
export type ClassColours = ReadonlyMap<string, string>;

type Ink = (colour: string) => string;

/** What a shape is drawn in by its attribute `class`; `own` are classes with a look of their own, `other` is for all that have no colour. */
function byClass(colours: ClassColours, ink: Ink, own: Record<string, string>, other: string): ExpressionSpecification {
  const looks = new Map([...colours].map(([name, colour]) => [name, ink(colour)]));
  for (const [name, look] of Object.entries(own)) looks.set(name, look);
  const [[name, look] = ["reef", other], ...rest] = looks;
  return ["match", ["get", "class"], name, look, ...rest.flat(), other];
}

/** Reef and unsure ground keep the layer's own look. */
export const labelFillColour = (colours: ClassColours) =>
  byClass(colours, (colour) => colour, { reef: mapColours.label, unsure: "#ffffff" }, mapColours.label);
/** Dark enough for the white casing. */
export const labelLineColour = (colours: ClassColours) =>
  byClass(colours, (colour) => classInk(colour, "white"), { reef: mapColours.labelDark, unsure: "#4d5b66" }, mapColours.labelDark);
/** Light enough for the dark casing. Outlines without a class are as predictions always were. */
export const outlineColour = (colours: ClassColours) => byClass(colours, (colour) => classInk(colour, "black"), {}, mapColours.prediction);
