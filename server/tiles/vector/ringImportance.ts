/** Rings with more corners are measured in pieces, so that a hostile outline costs no more than its length times this. */
const pieceCorners = 2_048;

/**
 * How far a ring would move if a corner were left out, by Douglas and Peucker (1973), squared; to be compared with a squared tolerance. So one
 * measurement serves every zoom. `corners` is x, y of `count` corners, the first not repeated; the first is always kept (Infinity).
 */
export function ringImportance(corners: ArrayLike<number>, count: number): Float32Array {
  const importance = new Float32Array(count);
  if (count === 0) return importance;
  importance[0] = Infinity;
  if (count <= pieceCorners) {
    measure(corners, importance, 0, count, count, 1);
    return importance;
  }
  // Coarse first, every piece's first corner only; then the corners within each piece, no more important than its ends.
  measure(corners, importance, 0, Math.ceil(count / pieceCorners), count, pieceCorners);
  for (let from = 0; from < count; from += pieceCorners) {
    measure(corners, importance, from, Math.min(pieceCorners, count - from), count, 1);
  }
  return importance;
}

/** Corners strictly between `from` and `from + steps · stride`, which both stay; past the ring's end comes its first corner again. */
function measure(corners: ArrayLike<number>, importance: Float32Array, from: number, steps: number, count: number, stride: number): void {
  const cornerAt = (step: number) => {
    const corner = from + step * stride;
    return corner < count ? corner : 0;
  };
  const stack = [0, steps];
  while (stack.length > 0) {
    const end = stack.pop() ?? 0;
    const start = stack.pop() ?? 0;
    const [a, b] = [cornerAt(start), cornerAt(end)];
    const ax = corners[a * 2] ?? 0;
    const ay = corners[a * 2 + 1] ?? 0;
    const dx = (corners[b * 2] ?? 0) - ax;
    const dy = (corners[b * 2 + 1] ?? 0) - ay;
    const lengthSquared = dx * dx + dy * dy;
    let farthest = -1;
    let most = 0;
    for (let step = start + 1; step < end; step++) {
      const corner = cornerAt(step);
      let px = (corners[corner * 2] ?? 0) - ax;
      let py = (corners[corner * 2 + 1] ?? 0) - ay;
      if (lengthSquared > 0) {
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
        px -= along * dx;
        py -= along * dy;
      }
      const away = px * px + py * py;
      if (away > most) {
        most = away;
        farthest = step;
      }
    }
    if (farthest < 0) continue;
    importance[cornerAt(farthest)] = most;
    stack.push(start, farthest, farthest, end);
  }
}
