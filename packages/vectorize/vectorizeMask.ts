import { applyAffine } from "@reefline/geo/affine";
import { AppError } from "@reefline/schema/errors";
import { type RowSpan, readAhead, rowSpans } from "./readAhead.ts";
import { regionParts } from "./regionParts.ts";
import { RowTracer } from "./rowTracer.ts";
import type { ProbabilitySource } from "./vectorizeProbability.ts";

export interface MaskOptions {
  /** Smallest byte that belongs to a polygon; 1 unless given. */
  readonly thresholdByte?: number;
  readonly connectivity?: 4 | 8;
  /** Rows read at a time; the result does not depend on it. */
  readonly swathRows?: number;
  readonly signal?: AbortSignal;
}

/** One region in the raster's own CRS, along pixel edges: polygons of closed rings of x,y pairs, outer first. */
export interface MaskPolygons {
  readonly pixelCount: number;
  readonly polygons: readonly Float64Array[][];
}

/**
 * Every region of a mask of bytes exactly as its pixels lie, as `gdal_polygonize` gives them, in the order of their last rows. Streams by
 * rows. 8-connected regions come as several polygons where they hold together by corners only.
 * @throws AppError `vectorize/samples`.
 */
export async function* vectorizeMask(mask: ProbabilitySource, options: MaskOptions = {}): AsyncGenerator<MaskPolygons> {
  const { thresholdByte = 1, connectivity = 4, swathRows = 512, signal } = options;
  const { widthPx, heightPx, transform } = mask.grid;
  const ended: MaskPolygons[] = [];
  const placed = (ring: Int32Array): Float64Array => {
    const closed = new Float64Array(ring.length + 2);
    for (let i = 0; i < ring.length; i += 2) {
      const { x, y } = applyAffine(transform, ring[i] ?? 0, ring[i + 1] ?? 0);
      closed[i] = x;
      closed[i + 1] = y;
    }
    closed[ring.length] = closed[0] ?? 0;
    closed[ring.length + 1] = closed[1] ?? 0;
    return closed;
  };
  const tracer = new RowTracer(widthPx, { thresholdByte, connectivity, isPlainMask: true }, ({ pixelCount, rings }) =>
    ended.push({ pixelCount, polygons: regionParts(rings).map(({ outer, holes }) => [outer, ...holes].map(placed)) }),
  );
  const read = ({ rowOff, heightPx: rows }: RowSpan) => mask.read({ colOff: 0, rowOff, widthPx, heightPx: rows }, { signal });
  for await (const { rowOff, heightPx: rows, content } of readAhead(rowSpans(heightPx, swathRows), read)) {
    signal?.throwIfAborted();
    const { data } = content;
    if (!(data instanceof Uint8Array))
      throw new AppError("bad-input", "vectorize/samples", "Outlines are made from a mask of one 8-bit band, and this is none.");
    for (let row = 0; row < rows; row++) tracer.pushRow(data, row * widthPx);
    if (rowOff + rows === heightPx) tracer.finish();
    yield* ended.splice(0);
  }
}
