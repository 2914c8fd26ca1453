import { polygonAreaM2, polygonPerimeterMeters } from "@reefline/geo/geodesic";
import { loadGeos } from "@reefline/geo/geosPolygon";
import { gridPixelMeters, pixelToLonLat } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { AppError } from "@reefline/schema/errors";
import type { Polygon, Position } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { byteOfThreshold, type PredictedPolygon, probabilityFromByte } from "@reefline/schema/prediction";
import { outlineRegion } from "./outlineRegion.ts";
import { polygonId } from "./polygonId.ts";
import { RowTracer, type TracedRegion } from "./rowTracer.ts";

/** What is read of a probability raster; every open raster of one 8-bit band has it. */
export interface ProbabilitySource {
  readonly grid: Grid;
  read(window: Window, options?: { signal?: AbortSignal }): Promise<{ readonly data: ArrayLike<number> }>;
}

export interface VectorizeOptions {
  /** Pixels at or above it belong to polygons. */
  readonly threshold: number;
  /** Polygons with less area are left out. */
  readonly minAreaM2: number;
  /** Holes with less area are filled; the same as `minAreaM2` unless given. */
  readonly minHoleM2?: number;
  /** How far an outline may move; one pixel of the raster unless given, 0 keeps every pixel's edge. */
  readonly simplifyMeters?: number;
  /** Rows read at a time; the result does not depend on it. */
  readonly swathRows?: number;
  readonly signal?: AbortSignal;
}

export type OutlinedPolygon = Omit<PredictedPolygon, "decision">;

function ringPositions(
  ring: Float64Array,
  toLonLat: (col: number, row: number) => { lon: number; lat: number },
  outer: boolean,
): Position[] {
  const positions: Position[] = [];
  let doubleArea = 0;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const { lon, lat } = toLonLat(ring[i] ?? 0, ring[i + 1] ?? 0);
    const [beforeLon, beforeLat] = positions.at(-1) ?? [lon, lat];
    const [firstLon, firstLat] = positions[0] ?? [lon, lat];
    doubleArea += (beforeLon - firstLon) * (lat - firstLat) - (lon - firstLon) * (beforeLat - firstLat);
    positions.push([lon, lat]);
  }
  // Rotated or mirrored grids turn rings over.
  return doubleArea > 0 === outer ? positions : positions.reverse();
}

/**
 * Outlines of everything at or above a threshold in a probability raster (bytes as in schema/prediction), as WGS 84 polygons with holes,
 * geodesic area, perimeter and mean probability. 4-connected; streams by rows, so memory does not grow with the raster's height.
 */
export async function* vectorizeProbability(probability: ProbabilitySource, options: VectorizeOptions): AsyncGenerator<OutlinedPolygon> {
  const { threshold, minAreaM2, minHoleM2 = minAreaM2, swathRows = 512, signal } = options;
  if (!(threshold >= 0 && threshold <= 1))
    throw new AppError("bad-input", "vectorize/threshold", `The threshold must be between 0 and 1, not ${threshold}.`);
  const { grid } = probability;
  const geos = await loadGeos();
  const toLonLat = pixelToLonLat(grid);
  const pixelAreaM2 = rowPixelAreasM2(grid);
  const { colMeters, rowMeters } = gridPixelMeters(grid);
  const tolerancePx = options.simplifyMeters === undefined ? 1 : options.simplifyMeters / Math.sqrt(colMeters * rowMeters);

  const ended: TracedRegion[] = [];
  const tracer = new RowTracer(grid.widthPx, byteOfThreshold(threshold), (region) => {
    if (region.pixelCount * pixelAreaM2(region.outer[1] ?? 0) >= minAreaM2) ended.push(region);
  });
  const outlined = (region: TracedRegion): OutlinedPolygon | null => {
    const minHolePx = minHoleM2 / pixelAreaM2(region.outer[1] ?? 0);
    const rings = outlineRegion(geos, region, { tolerancePx, minHolePx });
    const geometry: Polygon = { type: "Polygon", coordinates: rings.map((ring, i) => ringPositions(ring, toLonLat, i === 0)) };
    const areaM2 = polygonAreaM2(geometry);
    if (areaM2 < minAreaM2) return null;
    return {
      id: polygonId(geometry),
      geometry,
      areaM2,
      perimeterMeters: polygonPerimeterMeters(geometry),
      probability: probabilityFromByte(region.valueSum / region.pixelCount),
    };
  };

  for (let rowOff = 0; rowOff < grid.heightPx; rowOff += swathRows) {
    const heightPx = Math.min(swathRows, grid.heightPx - rowOff);
    const { data } = await probability.read({ colOff: 0, rowOff, widthPx: grid.widthPx, heightPx }, { signal });
    if (!(data instanceof Uint8Array))
      throw new AppError(
        "bad-input",
        "vectorize/samples",
        "Outlines are made from a probability raster of one 8-bit band, and this is none.",
      );
    signal?.throwIfAborted();
    for (let row = 0; row < heightPx; row++) tracer.pushRow(data, row * grid.widthPx);
    if (rowOff + heightPx === grid.heightPx) tracer.finish();
    for (const region of ended.splice(0)) {
      const polygon = outlined(region);
      if (polygon) yield polygon;
    }
  }
}
