import type { Window } from "@reefline/schema/grid";
import { type PixelPolygon, rasterizePolygons } from "./rasterizePolygons.ts";

/** What is known of a pixel, as bits of one byte. */
export const coverageBits = {
  /** The image holds a measurement. */
  measured: 1,
  /** Somebody looked: examined, and neither ignored nor "unsure" nor nodata. Only these pixels count. */
  examined: 2,
  /** Its centre lies in a label. Means something only where examined. */
  reef: 4,
} as const;

/** All polygons of one survey in the pixels of one grid. */
export interface GroundPolygons {
  readonly labels: readonly PixelPolygon[];
  /** Labels of the class "unsure": neither reef nor empty. */
  readonly unsure: readonly PixelPolygon[];
  readonly examined: readonly PixelPolygon[];
  readonly holdout: readonly PixelPolygon[];
  readonly ignore: readonly PixelPolygon[];
}

/**
 * Three states per pixel: reef, examined and empty, not examined. A pixel outside every examined area is never background.
 * @param measured 1 where the image holds a measurement, length widthPx · heightPx; null when unknown (all taken as measured)
 */
export function coverageMask(polygons: Omit<GroundPolygons, "holdout">, window: Window, measured: Uint8Array | null): Uint8Array {
  const examined = rasterizePolygons(polygons.examined, window);
  const labels = rasterizePolygons(polygons.labels, window);
  const left = [polygons.ignore, polygons.unsure].map((layer) => rasterizePolygons(layer, window));
  const mask = new Uint8Array(window.widthPx * window.heightPx);
  for (let i = 0; i < mask.length; i++) {
    const isMeasured = measured === null || measured[i] === 1;
    const counts = isMeasured && examined[i] === 1 && left.every((layer) => layer[i] === 0);
    mask[i] = (isMeasured ? coverageBits.measured : 0) | (counts ? coverageBits.examined : 0) | (labels[i] === 1 ? coverageBits.reef : 0);
  }
  return mask;
}
