import type { PixelRing } from "@reefline/geo/grid";
import type { Window } from "@reefline/schema/grid";

/** The rings of one polygon: outer ring and holes, in any winding. */
export type PixelPolygon = readonly PixelRing[];

/**
 * 1 where a pixel's centre lies in a polygon, row by row, length widthPx · heightPx. Holes by the even-odd rule within one polygon;
 * overlapping polygons are a union. A centre exactly on an edge belongs to the polygon right of it or below it, so that polygons that
 * share an edge share no pixel.
 */
export function rasterizePolygons(polygons: readonly PixelPolygon[], window: Window): Uint8Array {
  const mask = new Uint8Array(window.widthPx * window.heightPx);
  for (const polygon of polygons) if (touches(polygon, window)) fillPolygon(polygon, window, mask);
  return mask;
}

function fillPolygon(polygon: PixelPolygon, { colOff, rowOff, widthPx, heightPx }: Window, mask: Uint8Array): void {
  const crossings: number[][] = Array.from({ length: heightPx }, () => []);
  for (const ring of polygon) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]];
      if (y0 === y1) continue;
      // Rows whose centre y satisfies min ≤ y < max.
      const first = Math.max(0, Math.ceil(Math.min(y0, y1) - rowOff - 0.5));
      const last = Math.min(heightPx - 1, Math.ceil(Math.max(y0, y1) - rowOff - 0.5) - 1);
      const slope = (x1 - x0) / (y1 - y0);
      for (let row = first; row <= last; row++) crossings[row]?.push(x0 + (row + rowOff + 0.5 - y0) * slope - colOff);
    }
  }
  crossings.forEach((xs, row) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const start = Math.max(0, Math.ceil((xs[i] ?? 0) - 0.5));
      const end = Math.min(widthPx, Math.ceil((xs[i + 1] ?? 0) - 0.5));
      if (start < end) mask.fill(1, row * widthPx + start, row * widthPx + end);
    }
  });
}

function touches(polygon: PixelPolygon, { colOff, rowOff, widthPx, heightPx }: Window): boolean {
  const { minCol, minRow, maxCol, maxRow } = pixelExtent([polygon]);
  return maxCol >= colOff && minCol <= colOff + widthPx && maxRow >= rowOff && minRow <= rowOff + heightPx;
}

/** The smallest and largest coordinates of all rings; infinite when there are none. */
export function pixelExtent(polygons: readonly PixelPolygon[]): { minCol: number; minRow: number; maxCol: number; maxRow: number } {
  let [minCol, minRow, maxCol, maxRow] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (const ring of polygon) {
      for (let i = 0; i + 1 < ring.length; i += 2) {
        const [col = 0, row = 0] = [ring[i], ring[i + 1]];
        minCol = Math.min(minCol, col);
        maxCol = Math.max(maxCol, col);
        minRow = Math.min(minRow, row);
        maxRow = Math.max(maxRow, row);
      }
    }
  }
  return { minCol, minRow, maxCol, maxRow };
}
