/** One of the eight ways to lay a rectangle onto itself turned and mirrored (the dihedral group D4). */
export interface Orientation {
  /** Columns become rows. Done first. */
  readonly transpose: boolean;
  readonly mirrorCols: boolean;
  readonly mirrorRows: boolean;
}

/** As it is first. */
export const orientations: readonly Orientation[] = [false, true].flatMap((transpose) =>
  [false, true].flatMap((mirrorRows) => [false, true].map((mirrorCols) => ({ transpose, mirrorCols, mirrorRows }))),
);

/** Where pixel (0, 0) of the oriented rectangle comes from in the original, and how far apart neighbours are there. */
function walk({ transpose, mirrorCols, mirrorRows }: Orientation, widthPx: number, heightPx: number) {
  const [colStep, rowStep] = transpose ? [widthPx, 1] : [1, widthPx];
  const [width, height] = transpose ? [heightPx, widthPx] : [widthPx, heightPx];
  const start = (mirrorCols ? (width - 1) * colStep : 0) + (mirrorRows ? (height - 1) * rowStep : 0);
  return { width, height, start, colStep: mirrorCols ? -colStep : colStep, rowStep: mirrorRows ? -rowStep : rowStep };
}

/**
 * A rectangle of bytes, `bands` interleaved, in another orientation; transposed it is `heightPx` wide and `widthPx` high.
 */
export function orient(pixels: Uint8Array, widthPx: number, heightPx: number, bands: number, orientation: Orientation): Uint8Array {
  const { width, height, start, colStep, rowStep } = walk(orientation, widthPx, heightPx);
  const out = new Uint8Array(pixels.length);
  let to = 0;
  for (let row = 0; row < height; row++) {
    let from = start + row * rowStep;
    for (let col = 0; col < width; col++, from += colStep)
      for (let band = 0; band < bands; band++) out[to++] = pixels[from * bands + band] ?? 0;
  }
  return out;
}

/** Calls `visit(original, oriented)` with the places of every pixel in the original rectangle and in the oriented one. */
export function eachOriented(
  widthPx: number,
  heightPx: number,
  orientation: Orientation,
  visit: (original: number, oriented: number) => void,
): void {
  const { width, height, start, colStep, rowStep } = walk(orientation, widthPx, heightPx);
  let to = 0;
  for (let row = 0; row < height; row++) {
    let from = start + row * rowStep;
    for (let col = 0; col < width; col++, from += colStep) visit(from, to++);
  }
}
