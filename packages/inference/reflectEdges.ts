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
  const left = on.colOff - window.colOff;
  const rowBytes = window.widthPx * bandCount;
  // Columns beyond the left and the right edge, and where each comes from.
  const beyond = Array.from({ length: window.widthPx }, (_, col) => col).filter((col) => col < left || col >= left + on.widthPx);
  const from = beyond.map((col) => reflected(col - left, on.widthPx) * bandCount);
  for (let row = 0; row < window.heightPx; row++) {
    const source = reflected(window.rowOff + row - on.rowOff, on.heightPx) * on.widthPx * bandCount;
    const target = row * rowBytes;
    out.set(inner.subarray(source, source + on.widthPx * bandCount), target + left * bandCount);
    for (let k = 0; k < beyond.length; k++) {
      const to = target + (beyond[k] ?? 0) * bandCount;
      const at = source + (from[k] ?? 0);
      for (let band = 0; band < bandCount; band++) out[to + band] = inner[at + band] ?? 0;
    }
  }
  return out;
}
