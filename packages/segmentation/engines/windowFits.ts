import { AppError } from "@reefline/schema/errors";

/** @throws AppError "segmentation/window-size" when the sizes do not fit the network or the arrays */
export function requireWindowFits(call: {
  readonly pixels: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly batch: number;
  readonly valid?: Uint8Array | undefined;
  readonly bandCount: number;
  readonly strideMultiplePx: number;
}): void {
  const { pixels, widthPx, heightPx, batch, valid, bandCount, strideMultiplePx } = call;
  const count = batch * widthPx * heightPx;
  const fits = count > 0 && widthPx % strideMultiplePx === 0 && heightPx % strideMultiplePx === 0;
  if (fits && pixels.length === count * bandCount && (!valid || valid.length === count)) return;
  throw new AppError(
    "internal",
    "segmentation/window-size",
    `The model takes windows of ${bandCount} bands whose sides are multiples of ${strideMultiplePx} px; it got ${batch} of ${widthPx} × ${heightPx} px in ${pixels.length} bytes.`,
  );
}
