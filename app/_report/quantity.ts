import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import type { LengthUnit } from "../_ui/lengthUnit.ts";

/** An area as one piece of text; where the unit can be set apart, use `formatArea`. */
export function areaText(areaM2: number): string {
  const { value, unit } = formatArea(areaM2);
  return `${value} ${unit}`;
}

/** 0.437 → "44 %". The ends are kept for what is truly 0 or 1; what is before or beyond them never breaks across lines. */
export function percentText(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.5) return "<\u00a01\u00a0%";
  if (percent < 100 && percent >= 99.5) return ">\u00a099\u00a0%";
  return `${Math.round(percent)} %`;
}

/** A score between 0 and 1 with the two digits that mean something. */
export const scoreText = (score: number): string => score.toFixed(2);

/** "40 s", "4 min", "1 h 20 min". Under a minute it steps by five so that it does not flicker. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Ground size of a pixel: "3 cm", "1.2 m". */
export function groundSizeText(meters: number, unit: LengthUnit = "metres"): string {
  if (unit === "pixels") return `${Number(meters.toPrecision(3))} px`;
  if (meters < 1) return `${Number((meters * 100).toPrecision(2))} cm`;
  return `${Number(meters.toPrecision(2))} m`;
}

export function countText(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
