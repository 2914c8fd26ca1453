import type { Window } from "@reefline/schema/grid";

/** Index of the pixel that stands at `index` when `length` pixels are mirrored at both ends (…2 1 0 1 2… n−1 n−2…), as often as needed. */
export function reflected(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const place = ((index % period) + period) % period;
  return place < length ? place : period - place;
}

/**
 * A window that hangs over its grid, filled by mirroring the part that lies on it.
 * @param inner bands interleaved, the pixels of `on`
 * @param on the part on the grid; `window` the whole, both in grid pixels
 */
export function reflectEdges(inner: Uint8Array, on: Window, window: Window, bandCount: number): Uint8Array {
  if (on.widthPx === window.widthPx && on.heightPx === window.heightPx) return inner;
  const out = new Uint8Array(window.widthPx * window.heightPx * bandCount);
  const columns = Int32Array.from(
    { length: window.widthPx },
    (_, col) => reflected(window.colOff + col - on.colOff, on.widthPx) * bandCount,
  );
  for (let row = 0; row < window.heightPx; row++) {
    const source = reflected(window.rowOff + row - on.rowOff, on.heightPx) * on.widthPx * bandCount;
    let target = row * window.widthPx * bandCount;
    for (let col = 0; col < window.widthPx; col++) {
      const from = source + (columns[col] ?? 0);
      for (let band = 0; band < bandCount; band++) out[target++] = inner[from + band] ?? 0;
    }
  }
  return out;
}
