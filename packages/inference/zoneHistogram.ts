import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";

const blockPx = 1024;

/** One byte per pixel of a window of the grid. */
export type ZoneBytes = (window: Window) => Promise<Uint8Array>;

/**
 * Geodesic m² per byte value of the pixels of a grid whose centre lies in a zone (the union of its polygons). Reads blocks of at most
 * 1024² pixels, one after the other, and only where the zone is, so memory does not depend on the raster. A centre on an edge that two
 * zones share belongs to one of them.
 * @param hasContent whether a block need be read at all; its bytes count as 0 where not
 */
export async function zoneHistogramM2(
  grid: Grid,
  zone: readonly Polygon[],
  read: ZoneBytes,
  { signal, hasContent = () => true }: { signal?: AbortSignal; hasContent?: (window: Window) => boolean } = {},
): Promise<Float64Array> {
  const histogram = new Float64Array(256);
  const rings = zone.map((polygon) => polygonToPixels(grid, polygon));
  const pixelAreaM2 = rowPixelAreasM2(grid);
  const counts = new Uint32Array(256);
  const { minCol, minRow, maxCol, maxRow } = pixelExtent(rings);
  const right = Math.min(grid.widthPx, Math.ceil(maxCol));
  const bottom = Math.min(grid.heightPx, Math.ceil(maxRow));
  for (let rowOff = Math.max(0, Math.floor(minRow)); rowOff < bottom; rowOff += blockPx)
    for (let colOff = Math.max(0, Math.floor(minCol)); colOff < right; colOff += blockPx) {
      signal?.throwIfAborted();
      const window = { colOff, rowOff, widthPx: Math.min(blockPx, right - colOff), heightPx: Math.min(blockPx, bottom - rowOff) };
      const inside = rasterizePolygons(rings, window);
      if (!inside.includes(1)) continue;
      const bytes = hasContent(window) ? await read(window) : null;
      for (let row = 0; row < window.heightPx; row++) {
        counts.fill(0);
        for (let i = row * window.widthPx; i < (row + 1) * window.widthPx; i++) {
          if (inside[i] !== 1) continue;
          const value = bytes?.[i] ?? 0;
          counts[value] = (counts[value] ?? 0) + 1;
        }
        const areaM2 = pixelAreaM2(rowOff + row);
        for (let value = 0; value < 256; value++)
          if (counts[value]) histogram[value] = (histogram[value] ?? 0) + (counts[value] ?? 0) * areaM2;
      }
    }
  return histogram;
}
