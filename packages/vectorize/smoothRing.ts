/**
 * Cuts every corner of a crack ring half a pixel before and after it, which turns pixel stairs into straight lines and keeps rings that
 * were simple simple: cuts of different corners lie in different pixel quarters. In: corners, not closed; out: closed, col,row. Pure.
 */
export function cutCorners(corners: Int32Array): Float64Array {
  const count = corners.length / 2;
  const cut = new Float64Array(count * 4 + 2);
  let length = 0;
  const add = (col: number, row: number): void => {
    // An edge one pixel long gives the same midpoint from both its ends.
    if (length >= 2 && cut[length - 2] === col && cut[length - 1] === row) return;
    cut[length++] = col;
    cut[length++] = row;
  };
  for (let k = 0; k < count; k++) {
    const col = corners[2 * k] ?? 0;
    const row = corners[2 * k + 1] ?? 0;
    const before = (k + count - 1) % count;
    const after = (k + 1) % count;
    add(col + Math.sign((corners[2 * before] ?? 0) - col) / 2, row + Math.sign((corners[2 * before + 1] ?? 0) - row) / 2);
    add(col + Math.sign((corners[2 * after] ?? 0) - col) / 2, row + Math.sign((corners[2 * after + 1] ?? 0) - row) / 2);
  }
  add(cut[0] ?? 0, cut[1] ?? 0);
  return cut.slice(0, length);
}

/** The ring as it is, closed. */
export function closedRing(corners: Int32Array): Float64Array {
  const closed = new Float64Array(corners.length + 2);
  closed.set(corners);
  closed[corners.length] = corners[0] ?? 0;
  closed[corners.length + 1] = corners[1] ?? 0;
  return closed;
}
