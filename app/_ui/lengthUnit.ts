/** What lengths on the open survey are in; see `@reefline/geo/pixelCrs`. One survey is open at a time, and everything on the page speaks of it. */
let open: LengthUnit = "metres";
export type LengthUnit = "metres" | "pixels";

export const lengthUnit = (): LengthUnit => open;

/** Called when a survey is opened, before anything of it is drawn. */
export function setLengthUnit(unit: LengthUnit): void {
  open = unit;
}

/** How a unit of length and one of area are written where a person types a number. */
export const lengthSign = (): string => (open === "pixels" ? "px" : "m");
export const areaSign = (): string => (open === "pixels" ? "px" : "m²");
