import type { ExpressionSpecification } from "maplibre-gl";
import { firstReefByte } from "./areaAtThreshold.ts";

/**
 * How the probability raster is coloured, as a MapLibre `color-relief-color` expression over the tile's byte (0 nodata, 1–255).
 * One hue. Below the threshold a faint veil that fades to nothing at 0, at the threshold a hard step with a bright rim, above it
 * an even ramp of opacity: so moving the threshold only replaces this expression and no tile is read again.
 */
const HUE = "213, 94, 0";
const RIM = "255, 214, 140";
const VEIL = 0.16;
const FLOOR = 0.3;
const CEILING = 0.62;
/** Width of the rim in bytes of probability. */
const RIM_BYTES = 5;

const colour = (rgb: string, alpha: number): string => `rgba(${rgb}, ${alpha.toFixed(3)})`;

export function probabilityRamp(threshold: number): ExpressionSpecification {
  const first = Math.max(2, firstReefByte(threshold));
  const stops: [number, string][] = [
    [0, colour(HUE, 0)],
    [1, colour(HUE, 0)],
  ];
  if (first > 3) stops.push([first - 1, colour(HUE, VEIL * Math.min(1, (first - 1) / 127))]);
  if (first <= 255) stops.push([first, colour(RIM, 0.95)]);
  if (first + RIM_BYTES < 254) {
    stops.push([first + RIM_BYTES - 1, colour(RIM, 0.8)]);
    stops.push([first + RIM_BYTES, colour(HUE, FLOOR)]);
  }
  if (first < 255) stops.push([255, colour(HUE, CEILING)]);
  return ["interpolate", ["linear"], ["elevation"], ...stops.flat()] as ExpressionSpecification;
}
