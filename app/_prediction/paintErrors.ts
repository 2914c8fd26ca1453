/** RGBA pixels of one tile: the predicted byte in red; masks in alpha. */
export type TileTruth = {
  predicted: Uint8ClampedArray;
  counted: Uint8ClampedArray;
  reef: Uint8ClampedArray;
  ignored: Uint8ClampedArray;
  /** Where classes are told apart: the number of the predicted one in red, and a mask of each class's labels in their order. */
  classes: { predicted: Uint8ClampedArray; labelled: readonly Uint8ClampedArray[] } | null;
  /** From which byte a pixel counts as predicted reef. */
  leastByte: number;
  widthPx: number;
};

const missed = [213, 94, 0] as const;
const falseReef = [0, 114, 178] as const;
const otherClass = [204, 121, 167] as const;

/**
 * Missed reef as vermilion dots, false reef as blue stripes, reef of another class as a purple chequer, so that none is told by colour
 * alone; everything else stays clear.
 */
export function paintErrors(out: Uint8ClampedArray, tile: TileTruth): void {
  const { predicted, counted, reef, ignored, leastByte, widthPx } = tile;
  for (let i = 0; i < out.length; i += 4) {
    if ((counted[i + 3] ?? 0) < 128 || (ignored[i + 3] ?? 0) >= 128) continue;
    const isReef = (reef[i + 3] ?? 0) >= 128;
    const isPredicted = (predicted[i] ?? 0) >= leastByte;
    const isOther = isReef && isPredicted && isOfOtherClass(tile, i);
    if (isReef === isPredicted && !isOther) continue;
    const [col, row] = [(i / 4) % widthPx, Math.floor(i / 4 / widthPx)];
    const dense = isOther
      ? Math.floor(col / 4) % 2 === Math.floor(row / 4) % 2
      : isReef
        ? (col % 6) ** 2 + (row % 6) ** 2 < 10
        : (col + row) % 8 < 3;
    const [red, green, blue] = isOther ? otherClass : isReef ? missed : falseReef;
    out[i] = red;
    out[i + 1] = green;
    out[i + 2] = blue;
    out[i + 3] = dense ? 235 : 90;
  }
}

/** Where no label says a class there is none to be wrong about. Of labels that overlap the earlier class counts. */
function isOfOtherClass({ classes }: TileTruth, i: number): boolean {
  if (!classes) return false;
  const truth = 1 + classes.labelled.findIndex((mask) => (mask[i + 3] ?? 0) >= 128);
  const told = classes.predicted[i] ?? 0;
  return truth > 0 && told > 0 && truth !== told;
}
