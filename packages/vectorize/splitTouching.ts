import type { Window } from "@reefline/schema/grid";
import { squaredDistances } from "./distanceTransform.ts";
import { regionParts } from "./regionParts.ts";
import { type TracedRing, vertexMark } from "./rowTracer.ts";
import { watershed } from "./watershed.ts";

/** Regions whose bounding box has more pixels are left whole: parting takes about 20 bytes for each. */
export const splitLimitPx = 2 ** 24;

/** A region parted into bodies: the body (1 … `count`) of each pixel of a window, 0 where there is none; 0 along the window's edges. */
export interface PartedRegion {
  /** May reach one pixel beyond the raster. */
  readonly window: Window;
  readonly labels: Int32Array;
  readonly count: number;
}

/** The ring of pixel corners that a sub-pixel contour was traced along. */
export function cornersOfContour({ points, marks }: TracedRing, unitsPerPixel: number): TracedRing {
  const corners: number[] = [];
  const kept: number[] = [];
  marks.forEach((mark, k) => {
    if (mark === vertexMark.crossing) return;
    corners.push((points[2 * k] ?? 0) / unitsPerPixel, (points[2 * k + 1] ?? 0) / unitsPerPixel);
    kept.push(mark === vertexMark.guardSaddle ? vertexMark.saddle : mark);
  });
  return { points: Int32Array.from(corners), marks: Uint8Array.from(kept), mayRepeat: kept.includes(vertexMark.saddle) };
}

/**
 * Parts a region where reefs have grown together (see `watershed`); null when it is one body, or too large. Works on one region at a time,
 * however the raster was read, so swaths cannot change it. Holes given in `rings` count as edge. `rings` in pixel corners. Pure.
 */
export function splitTouching(rings: readonly TracedRing[]): PartedRegion | null {
  const { colOff, rowOff, widthPx, heightPx } = boxAround(rings);
  const window: Window = { colOff: colOff - 1, rowOff: rowOff - 1, widthPx: widthPx + 2, heightPx: heightPx + 2 };
  if (window.widthPx * window.heightPx > splitLimitPx) return null;
  const { labels, count } = watershed(squaredDistances(filled(rings, window), window.widthPx, window.heightPx), window.widthPx);
  return count > 1 ? { window, labels, count } : null;
}

/** The pixels that rings of pixel corners lie around. */
export function boxAround(rings: readonly TracedRing[]): Window {
  let [minCol, minRow, maxCol, maxRow] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { points } of rings)
    for (let i = 0; i < points.length; i += 2) {
      minCol = Math.min(minCol, points[i] ?? 0);
      maxCol = Math.max(maxCol, points[i] ?? 0);
      minRow = Math.min(minRow, points[i + 1] ?? 0);
      maxRow = Math.max(maxRow, points[i + 1] ?? 0);
    }
  return { colOff: minCol, rowOff: minRow, widthPx: maxCol - minCol, heightPx: maxRow - minRow };
}

/** 1 inside rings of pixel corners, even-odd, without holes that are not kept; what lies beyond the window is left out. */
export function filled(
  rings: readonly TracedRing[],
  { colOff, rowOff, widthPx, heightPx }: Window,
  isKept: (hole: Int32Array) => boolean = () => true,
): Uint8Array {
  const mask = new Uint8Array(widthPx * heightPx);
  for (const { outer, holes } of regionParts(rings))
    for (const ring of [outer, ...holes.filter(isKept)])
      for (let i = 0; i < ring.length; i += 2) {
        const col = Math.max(0, (ring[i] ?? 0) - colOff);
        const from = (ring[i + 1] ?? 0) - rowOff;
        const to = (ring[(i + 3) % ring.length] ?? 0) - rowOff;
        if (col >= widthPx) continue;
        for (let row = Math.max(0, Math.min(from, to)); row < Math.min(heightPx, Math.max(from, to)); row++)
          mask[row * widthPx + col] = (mask[row * widthPx + col] ?? 0) ^ 1;
      }
  for (let i = 0; i < mask.length; i++) if (i % widthPx > 0) mask[i] = (mask[i] ?? 0) ^ (mask[i - 1] ?? 0);
  return mask;
}
