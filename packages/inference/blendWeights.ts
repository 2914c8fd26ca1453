export const WEIGHT_BITS = 14;

/**
 * Sum of the weights of all windows at any pixel, along one axis: so fine that the least weight, one of it, lets nothing be seen of a
 * window's outermost pixels, and with a value of 16 bits still a whole number of 31.
 */
export const WEIGHT_ONE = 2 ** WEIGHT_BITS;

/** Share of the overlap at either end where the window that ends there hardly counts: it has too little context. */
const TOE = 1 / 4;

/**
 * Weight of each pixel of a window along one axis: over each overlap with a neighbour the least there is at first, then a raised cosine
 * over the overlap's middle half; `WEIGHT_ONE` elsewhere, never zero. Integers, and mirrored ramps add up to `WEIGHT_ONE` exactly, so that
 * blending equal values gives that value and the order of addition does not matter. Pure.
 */
export function blendWeights(lengthPx: number, overlapPx: number, hasBefore: boolean, hasAfter: boolean): Int32Array {
  const weights = new Int32Array(lengthPx).fill(WEIGHT_ONE);
  for (let i = 0; i < overlapPx; i++) {
    // The second half mirrors the first, so that both halves of the blend add up.
    const mirrored = i >= overlapPx / 2;
    const along = ((mirrored ? overlapPx - 1 - i : i) + 0.5) / overlapPx;
    const phase = Math.max(0, (along - TOE) / (1 - 2 * TOE));
    const rise = Math.max(1, Math.round(WEIGHT_ONE * Math.sin((Math.PI / 2) * phase) ** 2));
    const weight = mirrored ? WEIGHT_ONE - rise : rise;
    if (hasBefore) weights[i] = weight;
    if (hasAfter) weights[lengthPx - 1 - i] = weight;
  }
  return weights;
}
