"use client";
import { classColour, classInk } from "@reefline/schema/classColours";
import { useClassColours } from "./useClassColours.ts";

/** A class in the colour that the map draws it in, 12 × 12 px. */
export function ClassSwatch({ name }: { name: string }) {
  const colours = useClassColours();
  const colour = name === "unsure" ? "#ffffff" : (colours.get(name) ?? classColour(name, [...colours.keys()]));
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className="shrink-0">
      <rect width="12" height="12" rx="2" fill={colour} />
      <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" fill="none" stroke={classInk(colour, "white")} strokeWidth="1.5" />
    </svg>
  );
}
