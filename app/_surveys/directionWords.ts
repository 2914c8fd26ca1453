import { formatLength } from "../_ui/formatNumbers.ts";

/** "2.31 m: 2.30 m east, 0.20 m south." What is less than half a millimetre is left out. */
export function inWords({ eastMeters, northMeters }: { eastMeters: number; northMeters: number }): string {
  const length = (meters: number) => {
    const { value, unit } = formatLength(Math.abs(meters));
    return `${value} ${unit}`;
  };
  const isSome = (meters: number) => Math.abs(meters) >= 5e-4;
  const parts = [
    isSome(eastMeters) ? `${length(eastMeters)} ${eastMeters < 0 ? "west" : "east"}` : null,
    isSome(northMeters) ? `${length(northMeters)} ${northMeters < 0 ? "south" : "north"}` : null,
  ].filter((part) => part !== null);
  return parts.length > 1 ? `${length(Math.hypot(eastMeters, northMeters))}: ${parts.join(", ")}.` : `${parts[0] ?? length(0)}.`;
}
