import type { Geos } from "@reefline/geo/geosPolygon";
import type { TracedRegion } from "./rowTracer.ts";
import { simplifyRing } from "./simplifyRing.ts";
import { closedRing, cutCorners } from "./smoothRing.ts";

/** Area of a crack ring in pixels. */
export function ringAreaPx(corners: Int32Array): number {
  let sum = 0;
  let x0 = corners[corners.length - 2] ?? 0;
  let y0 = corners[corners.length - 1] ?? 0;
  for (let i = 0; i < corners.length; i += 2) {
    const x = corners[i] ?? 0;
    const y = corners[i + 1] ?? 0;
    sum += x0 * y - x * y0;
    x0 = x;
    y0 = y;
  }
  return Math.abs(sum) / 2;
}

/**
 * A traced region as closed rings of pixel coordinates, outer first: corners cut, simplified within `tolerancePx`, always valid.
 * Where simplifying would break validity a smaller tolerance is taken, at worst the traced ring itself. Holes under `minHolePx` are filled.
 */
export function outlineRegion(
  geos: Geos,
  region: TracedRegion,
  { tolerancePx, minHolePx }: { tolerancePx: number; minHolePx: number },
): Float64Array[] {
  const corners = [region.outer, ...region.holes.filter((hole) => ringAreaPx(hole) >= minHolePx)];
  if (tolerancePx <= 0) return corners.map(closedRing);
  const smooth = corners.map(cutCorners);
  for (const tolerance of [tolerancePx, tolerancePx / 2, tolerancePx / 4, 0]) {
    const rings = smooth.map((ring) => simplifyRing(ring, tolerance) ?? ring);
    if (geos.invalidReason(rings) === null) return rings;
  }
  return corners.map(closedRing);
}
