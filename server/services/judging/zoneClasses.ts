import { classesOf } from "@reefline/chips/coverage";
import { type PixelPolygon, pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels } from "@reefline/geo/grid";
import { zoneHistogramM2 } from "@reefline/inference/zoneHistogram";
import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { byteOfThreshold } from "@reefline/schema/prediction";
import type { Zone } from "./zoneSources.ts";

/** What is asked of a zone where classes of reef are told apart. */
export interface ClassesPerZone {
  readonly names: readonly string[];
  /** Labels of each class in pixels of the survey's own grid, in order. */
  readonly labels: readonly (readonly PlacedLabel[])[];
  /** The likeliest class per pixel of the probability's grid. */
  readonly told: Raster;
}

interface PlacedLabel {
  readonly rings: PixelPolygon;
  readonly extent: ReturnType<typeof pixelExtent>;
}

/** Labels laid on a grid, once for all zones. */
export function placedLabels(grid: Grid, labels: readonly (readonly Polygon[])[]): PlacedLabel[][] {
  return labels.map((ofClass) =>
    ofClass.map((polygon) => {
      const rings = polygonToPixels(grid, polygon);
      return { rings, extent: pixelExtent([rings]) };
    }),
  );
}

/** Labelled ground of each class in a zone, by the centres of the survey's pixels; where two classes overlap the earlier counts. */
export async function labelClassesIn(grid: Grid, zone: Zone, { names, labels }: ClassesPerZone, signal?: AbortSignal): Promise<number[]> {
  const near = ({ colOff, rowOff, widthPx, heightPx }: Window): PixelPolygon[][] =>
    labels.map((ofClass) =>
      ofClass.flatMap(({ rings, extent: { minCol, minRow, maxCol, maxRow } }) =>
        maxCol >= colOff && minCol <= colOff + widthPx && maxRow >= rowOff && minRow <= rowOff + heightPx ? [rings] : [],
      ),
    );
  const read = async (window: Window) => classesOf(near(window), window);
  const hasContent = (window: Window) => near(window).some(({ length }) => length > 0);
  return ofClasses(names, await zoneHistogramM2(grid, zone.polygons, read, { signal, hasContent }));
}

/** Predicted reef of each class in a zone, by the centres of the prediction's pixels, without ground inside `hidden`. */
export async function predictedClassesIn(
  probability: Raster,
  zone: Zone,
  { names, told }: ClassesPerZone,
  { threshold, hidden, signal }: { threshold: number; hidden: readonly Polygon[]; signal?: AbortSignal },
): Promise<number[]> {
  const { grid } = probability;
  const least = byteOfThreshold(threshold);
  const hiddenRings = hidden.map((polygon) => polygonToPixels(grid, polygon));
  const read = async (window: Window): Promise<Uint8Array> => {
    const { data } = await probability.read(window, { signal });
    const classes = Uint8Array.from((await told.read(window, { signal })).data);
    const covered = hiddenRings.length > 0 ? rasterizePolygons(hiddenRings, window) : null;
    return classes.map((value, i) => ((data[i] ?? 0) >= least && covered?.[i] !== 1 ? value : 0));
  };
  return ofClasses(names, await zoneHistogramM2(grid, zone.polygons, read, { signal }));
}

const ofClasses = (names: readonly string[], histogram: Float64Array): number[] => names.map((_, k) => histogram[k + 1] ?? 0);
