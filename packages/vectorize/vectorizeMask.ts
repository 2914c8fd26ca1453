import { type ByteSource, traceWindow } from "./byteSource.ts";
import { regionParts } from "./regionParts.ts";

export interface MaskOptions {
  /** Smallest byte that belongs to a polygon; 1 unless given. */
  readonly thresholdByte?: number;
  readonly connectivity?: 4 | 8;
  /** Rows read at a time; the result does not depend on it. */
  readonly swathRows?: number;
  readonly signal?: AbortSignal;
}

/** One region along pixel edges: polygons of unclosed rings of column,row pairs, outer first. */
export interface MaskPolygons {
  readonly pixelCount: number;
  readonly polygons: readonly Int32Array[][];
}

/**
 * Every region of a mask of bytes exactly as its pixels lie, as `gdal_polygonize` gives them, in the order of their last rows; those that
 * end in the same swath together. Streams by rows. 8-connected regions come as several polygons where they hold together by corners only.
 * @throws AppError `vectorize/samples`.
 */
export async function* vectorizeMask(mask: ByteSource, options: MaskOptions = {}): AsyncGenerator<MaskPolygons[]> {
  const { thresholdByte = 1, connectivity = 4, swathRows = 512, signal } = options;
  const { widthPx, heightPx } = mask.grid;
  const whole = { colOff: 0, rowOff: 0, widthPx, heightPx };
  const tracing = { thresholdByte, connectivity, isPlainMask: true };
  for await (const { regions } of traceWindow(mask, whole, tracing, { rowsAtOnce: swathRows, signal }))
    yield regions.map(({ pixelCount, rings }) => ({
      pixelCount,
      polygons: regionParts(rings).map(({ outer, holes }) => [outer, ...holes]),
    }));
}
