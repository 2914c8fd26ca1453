import { type ByteSource, byteRows } from "./readAhead.ts";
import { regionParts } from "./regionParts.ts";
import { RowTracer } from "./rowTracer.ts";

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
export async function* vectorizeMask(mask: ByteSource, options: MaskOptions = {}): AsyncGenerator<MaskPolygons> {
  const { thresholdByte = 1, connectivity = 4, swathRows = 512, signal } = options;
  const { widthPx, heightPx, transform } = mask.grid;
  const [a, b, c, d, e, f] = transform;
  const ended: MaskPolygons[] = [];
  const placed = (ring: Int32Array): Float64Array => {
    const closed = new Float64Array(ring.length + 2);
    for (let i = 0; i < ring.length; i += 2) {
      const col = ring[i] ?? 0;
      const row = ring[i + 1] ?? 0;
      closed[i] = a * col + b * row + c;
      closed[i + 1] = d * col + e * row + f;
    }
    closed[ring.length] = closed[0] ?? 0;
    closed[ring.length + 1] = closed[1] ?? 0;
    return closed;
  };
  const tracer = new RowTracer(widthPx, { thresholdByte, connectivity, isPlainMask: true }, ({ pixelCount, rings }) =>
    ended.push({ pixelCount, polygons: regionParts(rings).map(({ outer, holes }) => [outer, ...holes].map(placed)) }),
  );
  const whole = { colOff: 0, rowOff: 0, widthPx, heightPx };
  for await (const { rowOff, heightPx: rows, content } of byteRows(mask, whole, { rowsAtOnce: swathRows, signal })) {
    for (let row = 0; row < rows; row++) tracer.pushRow(content, row * widthPx);
    if (rowOff + rows === heightPx) tracer.finish();
    yield* ended.splice(0);
  }
}
