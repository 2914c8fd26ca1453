import { formatLength } from "../_ui/formatNumbers.ts";

/** "2.31 m: 2.30 m east, 0.20 m south." */
export function inWords({ eastMeters, northMeters }: { eastMeters: number; northMeters: number }): string {
  const length = (meters: number) => {
    const { value, unit } = formatLength(Math.abs(meters));
    return `${value} ${unit}`;
  };
  const east = `${length(eastMeters)} ${eastMeters < 0 ? "west" : "east"}`;
  const north = `${length(northMeters)} ${northMeters < 0 ? "south" : "north"}`;
  return `${length(Math.hypot(eastMeters, northMeters))}: ${east}, ${north}.`;
}
