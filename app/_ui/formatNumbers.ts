import { type LengthUnit, lengthUnit } from "./lengthUnit.ts";

const thin = "\u202f";

function grouped(value: number, digits: number): string {
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replaceAll(",", thin);
}

/** An area with the unit a field ecologist would choose: m², then ha from 1 ha, then km²; on photos pixels, then millions of them. */
export function formatArea(areaM2: number, unit: LengthUnit = lengthUnit()): { value: string; unit: string } {
  if (unit === "pixels")
    return areaM2 >= 1e6 ? { value: grouped(areaM2 / 1e6, 2), unit: "Mpx" } : { value: grouped(areaM2, 0), unit: "px" };
  if (areaM2 >= 1e6) return { value: grouped(areaM2 / 1e6, 2), unit: "km²" };
  if (areaM2 >= 1e4) return { value: grouped(areaM2 / 1e4, 2), unit: "ha" };
  return { value: grouped(areaM2, areaM2 < 10 ? 2 : areaM2 < 100 ? 1 : 0), unit: "m²" };
}

export function formatLength(meters: number, unit: LengthUnit = lengthUnit()): { value: string; unit: string } {
  if (unit === "pixels") return { value: grouped(meters, meters < 10 ? 1 : 0), unit: "px" };
  if (meters >= 1000) return { value: grouped(meters / 1000, 2), unit: "km" };
  if (meters < 1) return { value: grouped(meters * 100, meters < 0.1 ? 1 : 0), unit: "cm" };
  return { value: grouped(meters, meters < 10 ? 2 : meters < 100 ? 1 : 0), unit: "m" };
}

export function formatBytes(bytes: number): { value: string; unit: string } {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let scaled = bytes;
  let index = 0;
  while (scaled >= 1000 && index < units.length - 1) {
    scaled /= 1000;
    index++;
  }
  return { value: grouped(scaled, index === 0 || scaled >= 100 ? 0 : 1), unit: units[index] ?? "B" };
}

export function formatCount(value: number): string {
  return grouped(value, 0);
}

/** "12 s left", "4 min left", "1 h 20 min left". */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
