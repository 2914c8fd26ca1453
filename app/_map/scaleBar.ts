import { type LengthUnit, lengthUnit } from "../_ui/lengthUnit.ts";

/** The longest round length (1, 2 or 5 × 10ⁿ) that fits in `maxPx`. Null when the map has no ground under it. */
export function scaleBar(
  metersPerPx: number,
  maxPx: number,
  unit: LengthUnit = lengthUnit(),
): { meters: number; widthPx: number; label: string } | null {
  const longest = metersPerPx * maxPx;
  if (!(longest > 0) || !Number.isFinite(longest)) return null;
  const power = 10 ** Math.floor(Math.log10(longest));
  const meters = (longest / power >= 5 ? 5 : longest / power >= 2 ? 2 : 1) * power;
  const label =
    unit === "pixels"
      ? `${Number(meters.toPrecision(3)).toLocaleString("en-GB").replaceAll(",", "\u202f")} px`
      : meters >= 1000
        ? `${Number((meters / 1000).toPrecision(3))} km`
        : meters >= 1
          ? `${Number(meters.toPrecision(3))} m`
          : `${Number((meters * 100).toPrecision(3))} cm`;
  return { meters, widthPx: meters / metersPerPx, label };
}
