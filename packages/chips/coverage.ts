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

/** The bits above hold the class of reef, counted from 1; 0: none is told apart here, or none is said. */
export const classShift = 3;

/** All polygons of one survey in the pixels of one grid. */
export interface GroundPolygons {
  readonly labels: readonly PixelPolygon[];
  /** Of the labels those of each class that is told apart, in order; absent: reef or not. Where two overlap the earlier class counts. */
  readonly classes?: readonly (readonly PixelPolygon[])[];
  /** Labels of the class "unsure": neither reef nor empty. */
  readonly unsure: readonly PixelPolygon[];
  readonly examined: readonly PixelPolygon[];
  readonly holdout: readonly PixelPolygon[];
  readonly ignore: readonly PixelPolygon[];
}

/**
 * Three states per pixel: reef, examined and empty, not examined, and above them the class of reef (`classShift`). A pixel outside every
 * examined area is never background.
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
  if (!polygons.classes) return mask;
  const classes = classesOf(polygons.classes, window);
  for (let i = 0; i < mask.length; i++) mask[i] = (mask[i] ?? 0) | ((classes[i] ?? 0) << classShift);
  return mask;
}

/** The class of each pixel, counted from 1; 0 where no label of a class that is told apart lies. */
export function classesOf(classes: readonly (readonly PixelPolygon[])[], window: Window): Uint8Array {
  const mask = new Uint8Array(window.widthPx * window.heightPx);
  classes.forEach((polygons, index) => {
    rasterizePolygons(polygons, window).forEach((inside, i) => {
      if (inside === 1 && mask[i] === 0) mask[i] = index + 1;
    });
  });
  return mask;
}
