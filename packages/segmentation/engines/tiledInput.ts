/** Where a tile of a fixed size lies on one axis, and which of its pixels count: those farther from its edges than from its neighbours'. */
export interface TileSpan {
  /** Of the tile; negative where the axis is shorter than a tile. */
  readonly from: number;
  /** First and one past the last pixel of the axis that this tile answers for. */
  readonly firstPx: number;
  readonly endPx: number;
}

/** Tiles over an axis, neighbours sharing at least a quarter of a tile. Pure. */
export function tileSpans(lengthPx: number, tilePx: number): TileSpan[] {
  if (lengthPx <= tilePx) return [{ from: -Math.floor((tilePx - lengthPx) / 2), firstPx: 0, endPx: lengthPx }];
  const count = Math.ceil((lengthPx - tilePx) / (tilePx * 0.75)) + 1;
  const froms = Array.from({ length: count }, (_, i) => Math.round((i * (lengthPx - tilePx)) / (count - 1)));
  const between = (i: number): number => Math.floor(((froms[i] ?? 0) + (froms[i - 1] ?? 0) + tilePx) / 2);
  return froms.map((from, i) => ({ from, firstPx: i === 0 ? 0 : between(i), endPx: i === count - 1 ? lengthPx : between(i + 1) }));
}

/** A pixel outside the axis is its mirror image. */
export function mirrored(at: number, lengthPx: number): number {
  if (lengthPx === 1) return 0;
  const period = 2 * (lengthPx - 1);
  const place = ((at % period) + period) % period;
  return place < lengthPx ? place : period - place;
}
