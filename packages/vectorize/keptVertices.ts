/** Squared distance of vertex `i` from the segment between vertices `a` and `b`. */
export function squaredDistance(xs: ArrayLike<number>, ys: ArrayLike<number>, i: number, a: number, b: number): number {
  const ax = xs[a] ?? 0;
  const ay = ys[a] ?? 0;
  const dx = (xs[b] ?? 0) - ax;
  const dy = (ys[b] ?? 0) - ay;
  const px = (xs[i] ?? 0) - ax;
  const py = (ys[i] ?? 0) - ay;
  const lengthSquared = dx * dx + dy * dy;
  const t = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
  return (px - t * dx) ** 2 + (py - t * dy) ** 2;
}

/** The vertex between `from` and `to` that lies farthest from the straight line between them, and the square of how far; −1 for none. */
export function farthestVertex(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  from: number,
  to: number,
): { vertex: number; squared: number } {
  let vertex = -1;
  let squared = -1;
  for (let i = from + 1; i < to; i++) {
    const distance = squaredDistance(xs, ys, i, from, to);
    if (distance > squared) {
      squared = distance;
      vertex = i;
    }
  }
  return { vertex, squared };
}

/**
 * Which vertices of the arc `first` … `last` Douglas–Peucker keeps: no dropped vertex lies farther than `tolerance` from the line that
 * replaces it. Ends stay; of a closed arc also the vertex farthest from them. Sets `keep`. Douglas & Peucker 1973, Cartographica 10 (2).
 */
export function keepWithin(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  keep: Uint8Array,
  first: number,
  last: number,
  tolerance: number,
): void {
  keep[first] = 1;
  keep[last] = 1;
  const spans = [first, last];
  if (xs[first] === xs[last] && ys[first] === ys[last]) {
    const { vertex } = farthestVertex(xs, ys, first, last);
    if (vertex >= 0) {
      keep[vertex] = 1;
      spans.length = 0;
      spans.push(first, vertex, vertex, last);
    }
  }
  const limit = tolerance * tolerance;
  while (spans.length > 0) {
    const to = spans.pop() ?? 0;
    const from = spans.pop() ?? 0;
    const { vertex, squared } = farthestVertex(xs, ys, from, to);
    if (vertex < 0 || squared <= limit) continue;
    keep[vertex] = 1;
    spans.push(from, vertex, vertex, to);
  }
}
