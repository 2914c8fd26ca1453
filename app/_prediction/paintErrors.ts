/** RGBA pixels of one tile: the predicted byte in red; masks in alpha. */
export type TileTruth = {
  predicted: Uint8ClampedArray;
  counted: Uint8ClampedArray;
  reef: Uint8ClampedArray;
  ignored: Uint8ClampedArray;
  /** From which byte a pixel counts as predicted reef. */
  leastByte: number;
  widthPx: number;
};

const missed = [213, 94, 0] as const;
const falseReef = [0, 114, 178] as const;

/** Missed reef as vermilion dots, false reef as blue stripes, so that neither is told by colour alone; everything else stays clear. */
export function paintErrors(out: Uint8ClampedArray, { predicted, counted, reef, ignored, leastByte, widthPx }: TileTruth): void {
  for (let i = 0; i < out.length; i += 4) {
    if ((counted[i + 3] ?? 0) < 128 || (ignored[i + 3] ?? 0) >= 128) continue;
    const isReef = (reef[i + 3] ?? 0) >= 128;
    const isPredicted = (predicted[i] ?? 0) >= leastByte;
    if (isReef === isPredicted) continue;
    const [col, row] = [(i / 4) % widthPx, Math.floor(i / 4 / widthPx)];
    const dense = isReef ? (col % 6) ** 2 + (row % 6) ** 2 < 10 : (col + row) % 8 < 3;
    const [red, green, blue] = isReef ? missed : falseReef;
    out[i] = red;
    out[i + 1] = green;
    out[i + 2] = blue;
    out[i + 3] = dense ? 235 : 90;
  }
}
