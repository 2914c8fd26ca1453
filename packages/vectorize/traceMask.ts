import { type RingPart, regionParts } from "./regionParts.ts";
import { RowTracer } from "./rowTracer.ts";

export interface MaskRegion {
  readonly pixelCount: number;
  /** Sum of the bytes of its pixels. */
  readonly valueSum: number;
  /** One polygon when 4-connected; 8-connected, one for each piece that meets the others in corners only. Pixel corners, unclosed. */
  readonly parts: readonly RingPart[];
}

/** Every region of bytes ≥ `thresholdByte` of a whole raster held in memory (row-major, `widthPx` per row), in the order of their last rows. */
export function traceMask(
  data: Uint8Array,
  widthPx: number,
  heightPx: number,
  { thresholdByte = 1, connectivity = 4 }: { thresholdByte?: number; connectivity?: 4 | 8 } = {},
): MaskRegion[] {
  const regions: MaskRegion[] = [];
  const tracer = new RowTracer(widthPx, { thresholdByte, connectivity }, ({ pixelCount, valueSum, rings }) =>
    regions.push({ pixelCount, valueSum, parts: regionParts(rings) }),
  );
  for (let row = 0; row < heightPx; row++) tracer.pushRow(data, row * widthPx);
  tracer.finish();
  return regions;
}
