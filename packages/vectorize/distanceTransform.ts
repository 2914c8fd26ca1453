/**
 * Squared Euclidean distance in pixels from each pixel of ground (non-zero) to the nearest centre of a pixel that is none; exact.
 * `mask` is row-major, `widthPx` × `heightPx`, and has no ground along its edges. Felzenszwalb & Huttenlocher 2012, Theory of Computing 8. Pure.
 */
export function squaredDistances(mask: Uint8Array, widthPx: number, heightPx: number): Int32Array {
  const squared = new Int32Array(widthPx * heightPx);
  // Down and up the columns: rows to the nearest empty pixel of the same column.
  for (let i = 0; i < squared.length; i++) squared[i] = mask[i] === 0 ? 0 : (squared[i - widthPx] ?? 0) + 1;
  for (let i = squared.length - 1 - widthPx; i >= 0; i--) squared[i] = Math.min(squared[i] ?? 0, (squared[i + widthPx] ?? 0) + 1);
  const heights = new Int32Array(widthPx);
  const vertices = new Int32Array(widthPx);
  const reaches = new Float64Array(widthPx + 1);
  for (let row = 0; row < heightPx; row++) {
    const base = row * widthPx;
    for (let col = 0; col < widthPx; col++) heights[col] = (squared[base + col] ?? 0) ** 2;
    // Lower envelope of the parabolas that stand on each column.
    let last = 0;
    vertices[0] = 0;
    reaches[0] = Number.NEGATIVE_INFINITY;
    for (let col = 1; col < widthPx; col++) {
      const height = (heights[col] ?? 0) + col * col;
      let meets = 0;
      for (;;) {
        const vertex = vertices[last] ?? 0;
        meets = (height - ((heights[vertex] ?? 0) + vertex * vertex)) / (2 * (col - vertex));
        if (last > 0 && meets <= (reaches[last] ?? 0)) last--;
        else break;
      }
      last++;
      vertices[last] = col;
      reaches[last] = meets;
    }
    let k = 0;
    for (let col = 0; col < widthPx; col++) {
      while (k < last && (reaches[k + 1] ?? 0) < col) k++;
      const vertex = vertices[k] ?? 0;
      squared[base + col] = (col - vertex) ** 2 + (heights[vertex] ?? 0);
    }
  }
  return squared;
}
