/** The smallest byte that at least this share of `count` values do not exceed; `bins` counts each of the 256. */
export function quantileOf(bins: Uint32Array, count: number, share: number): number {
  let seen = 0;
  for (let value = 0; value < 256; value++) {
    seen += bins[value] ?? 0;
    if (seen >= share * count) return value;
  }
  return 255;
}
