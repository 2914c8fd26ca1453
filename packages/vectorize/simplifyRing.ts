/**
 * Douglas–Peucker on a closed ring of x,y pairs: no dropped vertex lies farther than `tolerance` from the line that replaces it.
 * The first vertex and the one farthest from it stay. Gives a closed ring; null when fewer than three corners would be left. Pure.
 * Douglas & Peucker 1973, Cartographica 10 (2).
 */
export function simplifyRing(ring: Float64Array, tolerance: number): Float64Array | null {
  const last = ring.length / 2 - 1;
  const x = (i: number) => ring[2 * i] ?? 0;
  const y = (i: number) => ring[2 * i + 1] ?? 0;
  let farthest = 0;
  let farthestDistance = -1;
  for (let i = 1; i < last; i++) {
    const distance = (x(i) - x(0)) ** 2 + (y(i) - y(0)) ** 2;
    if (distance > farthestDistance) {
      farthest = i;
      farthestDistance = distance;
    }
  }
  const keep = new Uint8Array(last + 1);
  keep[0] = 1;
  keep[farthest] = 1;
  keep[last] = 1;
  const spans = [0, farthest, farthest, last];
  const limit = tolerance * tolerance;
  while (spans.length > 0) {
    const to = spans.pop() ?? 0;
    const from = spans.pop() ?? 0;
    const dx = x(to) - x(from);
    const dy = y(to) - y(from);
    const lengthSquared = dx * dx + dy * dy;
    let worst = -1;
    let worstDistance = limit;
    for (let i = from + 1; i < to; i++) {
      const px = x(i) - x(from);
      const py = y(i) - y(from);
      const t = lengthSquared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
      const distance = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (distance > worstDistance) {
        worst = i;
        worstDistance = distance;
      }
    }
    if (worst >= 0) {
      keep[worst] = 1;
      spans.push(from, worst, worst, to);
    }
  }
  const kept: number[] = [];
  for (let i = 0; i <= last; i++) if (keep[i] === 1) kept.push(x(i), y(i));
  return kept.length < 8 ? null : Float64Array.from(kept);
}
