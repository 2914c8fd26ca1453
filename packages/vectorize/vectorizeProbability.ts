import { polygonMeasures } from "@reefline/geo/geodesic";
import { gridPixelMeters, pixelToLonLat } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { AppError } from "@reefline/schema/errors";
import type { Polygon, Position } from "@reefline/schema/feature";
import type { Window } from "@reefline/schema/grid";
import { byteOfThreshold, type PredictedPolygon, probabilityFromByte } from "@reefline/schema/prediction";
import { type ByteSource, bytesOf, traceWindow } from "./byteSource.ts";
import { classBoxes, partByClass } from "./classParts.ts";
import { labelArcs } from "./labelArcs.ts";
import { type KeepsHole, type OutlineStyle, outlineBodies, outlineRegion, type PixelPolygon } from "./outlineRegion.ts";
import { polygonId } from "./polygonId.ts";
import { doubleArea, ringArea } from "./ringArea.ts";
import type { TracedRegion } from "./rowTracer.ts";
import { cornersOfContour, type PartedRegion, splitTouching } from "./splitTouching.ts";
import { crossingOffset, unitsPerPixel } from "./subpixel.ts";
import { quantileOf } from "./valueCounts.ts";

export interface VectorizeOptions {
  /** Pixels at or above it belong to polygons. */
  readonly threshold: number;
  /** Polygons with less area are left out. */
  readonly minAreaM2: number;
  /** Holes with less area are filled; the same as `minAreaM2` unless given. */
  readonly minHoleM2?: number;
  /** How far an outline may move; one pixel of the raster unless given, 0 keeps every bend. */
  readonly simplifyMeters?: number;
  /** Along pixel edges, or between pixel centres by their probabilities; "pixel" unless given. */
  readonly contour?: "pixel" | "subpixel";
  /** Round the corners of simplified outlines. */
  readonly smooth?: boolean;
  /** 4 unless given: pixels that meet in a corner only are two polygons. 8: one, or one for each piece where a polygon could not be valid. */
  readonly connectivity?: 4 | 8;
  /** Part reefs that have grown together at narrow necks (see `watershed`); regions in boxes of more than 2²⁴ pixels stay whole. */
  readonly splitTouching?: boolean;
  /**
   * The likeliest class of every pixel (0 none, k the k-th of `names`), on the same grid: a polygon is ground of one class. Regions that
   * are wider or higher than `boxPx` (4096 unless given) are cut along its multiples.
   */
  readonly classes?: { readonly source: ByteSource; readonly names: readonly string[]; readonly boxPx?: number };
  /** Only this window of the raster is outlined. */
  readonly window?: Window;
  /** Rows read at a time; the result does not depend on it. */
  readonly swathRows?: number;
  readonly signal?: AbortSignal;
  /** The share of rows done, 0–1, after each swath. */
  readonly onProgress?: (fraction: number) => void;
}

export type OutlinedPolygon = Omit<PredictedPolygon, "decision"> & { readonly probabilityP10: number; readonly compactness: number };

interface PixelStatistics {
  readonly mean: number;
  readonly tenthPercentile: number;
}

/**
 * Outlines of everything at or above a threshold in a probability raster (bytes as in schema/prediction), as WGS 84 polygons with holes,
 * geodesic area and perimeter, compactness, mean and 10th-percentile probability. Streams by rows: memory holds one swath and what is
 * still open, so it does not grow with the raster's height, and the result does not depend on how rows are grouped. Polygons are valid,
 * and bodies of a parted reef share their border. Polygons come in the order of their last rows.
 * @throws AppError `vectorize/threshold`, `vectorize/samples`, `vectorize/window`.
 */
export async function* vectorizeProbability(probability: ByteSource, options: VectorizeOptions): AsyncGenerator<OutlinedPolygon> {
  const {
    threshold,
    minAreaM2,
    minHoleM2 = minAreaM2,
    contour = "pixel",
    smooth = false,
    connectivity = 4,
    swathRows = 512,
    signal,
  } = options;
  if (!(threshold >= 0 && threshold <= 1))
    throw new AppError("bad-input", "vectorize/threshold", `The threshold must be between 0 and 1, not ${threshold}.`);
  const { grid } = probability;
  const window = options.window ?? { colOff: 0, rowOff: 0, widthPx: grid.widthPx, heightPx: grid.heightPx };
  if (
    window.colOff < 0 ||
    window.rowOff < 0 ||
    window.colOff + window.widthPx > grid.widthPx ||
    window.rowOff + window.heightPx > grid.heightPx
  )
    throw new AppError(
      "bad-input",
      "vectorize/window",
      "The part to outline reaches beyond the predicted raster. Choose a part inside it.",
    );
  const { colOff } = window;
  const toLonLat = pixelToLonLat(grid);
  const pixelAreaM2 = rowPixelAreasM2(grid);
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  const tolerancePx = options.simplifyMeters === undefined ? 1 : options.simplifyMeters / Math.sqrt(colMeters * rowMeters);
  const style: OutlineStyle = { contour, tolerancePx, smooth };
  const thresholdByte = byteOfThreshold(threshold);
  const level = 1 + threshold * 254;
  const keepsHole: KeepsHole = (areaPx, row) => areaPx * pixelAreaM2(window.rowOff + row) >= minHoleM2;

  // Too little ground for a polygon of the least area, however it is drawn; pixels at a window's rows hardly differ.
  const largestPixelM2 = Math.max(...[0, 0.5, 1].map((share) => pixelAreaM2(window.rowOff + Math.floor(share * (window.heightPx - 1)))));
  const leastClassPx = Math.ceil(minAreaM2 / largestPixelM2);
  const tracing = {
    thresholdByte,
    connectivity,
    countValues: true,
    leastPixels: Math.floor((minAreaM2 * 0.5) / (largestPixelM2 * 1.01)),
    ...(contour === "subpixel" ? { contourLevel: level } : {}),
  };

  const reading = (source: ByteSource) => async (part: Window) => {
    const array = await source.read(part, { signal });
    signal?.throwIfAborted();
    return bytesOf(array, part.widthPx * part.heightPx);
  };
  const read = reading(probability);

  const finish = (polygon: PixelPolygon, { mean, tenthPercentile }: PixelStatistics, name?: string): OutlinedPolygon | null => {
    const geometry: Polygon = {
      type: "Polygon",
      coordinates: polygon.map((ring, i) => ringPositions(ring, (col, row) => toLonLat(col + colOff, row + window.rowOff), i === 0)),
    };
    const { areaM2, perimeterMeters } = polygonMeasures(geometry);
    if (areaM2 < minAreaM2) return null;
    return {
      id: polygonId(geometry),
      ...(name === undefined ? {} : { class: name }),
      geometry,
      areaM2,
      perimeterMeters,
      compactness: (4 * Math.PI * areaM2) / perimeterMeters ** 2,
      probability: probabilityFromByte(mean),
      probabilityP10: probabilityFromByte(tenthPercentile),
    };
  };

  const bodies = async (parted: PartedRegion): Promise<{ polygon: PixelPolygon; statistics: PixelStatistics }[]> => {
    const { labels, count, window: box } = parted;
    const values = await readAround(read, window, box);
    const shift = (first: number, second: number): number => {
      const [a, b] = [labels[first] ?? 0, labels[second] ?? 0];
      if (contour === "pixel" || (a > 0 && b > 0)) return 0;
      const [ground, beyond] = a > 0 ? [values[first] ?? 0, values[second] ?? 0] : [values[second] ?? 0, values[first] ?? 0];
      // A hole that was filled has no threshold to follow.
      if (ground < thresholdByte || beyond >= thresholdByte) return 0;
      return (a > 0 ? 1 : -1) * crossingOffset(ground, beyond, level);
    };
    const arcs = labelArcs(labels, box.widthPx, { exact: contour === "pixel" && tolerancePx <= 0 && !smooth, shift });
    const statistics = bodyStatistics(labels, count, values, thresholdByte);
    return outlineBodies(arcs, count, style, box).map((polygon, i) => ({
      polygon,
      statistics: statistics[i] ?? { mean: 1, tenthPercentile: 1 },
    }));
  };

  const outlined = async function* (region: TracedRegion): AsyncGenerator<OutlinedPolygon> {
    if (options.splitTouching || options.classes) {
      const corners = contour === "subpixel" ? region.rings.map((ring) => cornersOfContour(ring, unitsPerPixel)) : region.rings;
      const isKept = (hole: Int32Array): boolean => keepsHole(ringArea(hole), hole[1] ?? 0);
      const kept = corners.filter(({ points }) => doubleArea(points) <= 0 || isKept(points));
      const parted = options.splitTouching ? splitTouching(kept) : null;
      if (options.classes) {
        const { source, names, boxPx } = options.classes;
        for (const box of parted ? [parted.window] : classBoxes(kept, boxPx)) {
          const ofPixel = await readAround(reading(source), window, box);
          const classed = partByClass(kept, box, ofPixel, leastClassPx, { bodies: parted?.labels ?? null, isKept });
          for (const [i, { polygon, statistics }] of (await bodies(classed)).entries()) {
            const body = finish(polygon, statistics, names[(classed.classes[i + 1] ?? 0) - 1]);
            if (body) yield body;
          }
        }
        return;
      }
      if (parted) {
        for (const { polygon, statistics } of await bodies(parted)) {
          const body = finish(polygon, statistics);
          if (body) yield body;
        }
        return;
      }
    }
    const statistics = { mean: region.valueSum / region.pixelCount, tenthPercentile: region.tenthPercentile };
    for (const polygon of outlineRegion(region.rings, style, keepsHole)) {
      const whole = finish(polygon, statistics);
      if (whole) yield whole;
    }
  };

  for await (const { rowOff: row, heightPx, regions } of traceWindow(probability, window, tracing, { rowsAtOnce: swathRows, signal })) {
    for (const region of regions) {
      signal?.throwIfAborted();
      yield* outlined(region);
    }
    options.onProgress?.((row + heightPx) / window.heightPx);
  }
}

function ringPositions(
  ring: Float64Array,
  toLonLat: (col: number, row: number) => { lon: number; lat: number },
  outer: boolean,
): Position[] {
  const positions: Position[] = [];
  let signedArea = 0;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const { lon, lat } = toLonLat(ring[i] ?? 0, ring[i + 1] ?? 0);
    const [beforeLon, beforeLat] = positions.at(-1) ?? [lon, lat];
    const [firstLon, firstLat] = positions[0] ?? [lon, lat];
    signedArea += (beforeLon - firstLon) * (lat - firstLat) - (lon - firstLon) * (beforeLat - firstLat);
    positions.push([lon, lat]);
  }
  // Rotated or mirrored grids turn rings over.
  return signedArea > 0 === outer ? positions : positions.reverse();
}

/** Bytes of a box that may reach beyond the outlined window, 0 there; the box is in the window's own pixels. */
async function readAround(read: (part: Window) => Promise<Uint8Array>, window: Window, box: Window): Promise<Uint8Array> {
  const left = Math.max(0, box.colOff);
  const top = Math.max(0, box.rowOff);
  const widthPx = Math.min(window.widthPx, box.colOff + box.widthPx) - left;
  const heightPx = Math.min(window.heightPx, box.rowOff + box.heightPx) - top;
  const inside = await read({ colOff: window.colOff + left, rowOff: window.rowOff + top, widthPx, heightPx });
  const values = new Uint8Array(box.widthPx * box.heightPx);
  for (let row = 0; row < heightPx; row++)
    values.set(inside.subarray(row * widthPx, (row + 1) * widthPx), (top - box.rowOff + row) * box.widthPx + left - box.colOff);
  return values;
}

function bodyStatistics(labels: Int32Array, count: number, values: Uint8Array, thresholdByte: number): PixelStatistics[] {
  const bins = new Uint32Array((count + 1) * 256);
  for (let i = 0; i < labels.length; i++) {
    const value = values[i] ?? 0;
    const label = labels[i] ?? 0;
    if (label > 0 && label <= count && value >= thresholdByte) bins[label * 256 + value] = (bins[label * 256 + value] ?? 0) + 1;
  }
  return Array.from({ length: count }, (_, i) => {
    const own = bins.subarray((i + 1) * 256, (i + 2) * 256);
    let pixels = 0;
    let sum = 0;
    own.forEach((times, value) => {
      pixels += times;
      sum += times * value;
    });
    return { mean: pixels > 0 ? sum / pixels : thresholdByte, tenthPercentile: pixels > 0 ? quantileOf(own, pixels, 0.1) : thresholdByte };
  });
}
