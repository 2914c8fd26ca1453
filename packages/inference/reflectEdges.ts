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
 * @param into memory for the answer, of its length
 */
export function reflectEdges(
  inner: Uint8Array,
  on: Window,
  window: Window,
  bandCount: number,
  into: Uint8Array = new Uint8Array(window.widthPx * window.heightPx * bandCount),
): Uint8Array {
  const left = on.colOff - window.colOff;
  const top = on.rowOff - window.rowOff;
  const rowBytes = window.widthPx * bandCount;
  const innerBytes = on.widthPx * bandCount;
  // Columns beyond the left and the right edge, and where each comes from.
  const beyond = Array.from({ length: window.widthPx }, (_, col) => col).filter((col) => col < left || col >= left + on.widthPx);
  const from = beyond.map((col) => reflected(col - left, on.widthPx) * bandCount);
  for (let row = 0; row < on.heightPx; row++) {
    const source = row * innerBytes;
    const target = (top + row) * rowBytes;
    into.set(inner.subarray(source, source + innerBytes), target + left * bandCount);
    for (let k = 0; k < beyond.length; k++) {
      const to = target + (beyond[k] ?? 0) * bandCount;
      const at = source + (from[k] ?? 0);
      for (let band = 0; band < bandCount; band++) into[to + band] = inner[at + band] ?? 0;
    }
  }
  for (let row = 0; row < window.heightPx; row++) {
    if (row >= top && row < top + on.heightPx) continue;
    const source = (top + reflected(row - top, on.heightPx)) * rowBytes;
    into.copyWithin(row * rowBytes, source, source + rowBytes);
  }
  return into;
}
