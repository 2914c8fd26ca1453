import { RowTracer, type TracedRegion } from "./rowTracer.ts";

/** Every 4-connected region of bytes ≥ `thresholdByte` of a whole raster held in memory (row-major, `widthPx` per row), in the order of their last rows. */
export function traceMask(data: Uint8Array, widthPx: number, heightPx: number, thresholdByte = 1): TracedRegion[] {
  const regions: TracedRegion[] = [];
  const tracer = new RowTracer(widthPx, thresholdByte, (region) => regions.push(region));
  for (let row = 0; row < heightPx; row++) tracer.pushRow(data, row * widthPx);
  tracer.finish();
  return regions;
}
