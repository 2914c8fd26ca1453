import type { RasterArray } from "@reefline/raster/array";
import type { Raster } from "@reefline/raster/raster";
import type { Grid, Window } from "@reefline/schema/grid";

/**
 * An 8-bit raster held in memory, for tests and benchmarks.
 * @param pixels bands interleaved, row by row
 * @param valid 1 where measured; left out: everywhere
 */
export function memoryRaster(grid: Grid, bandNames: readonly string[], pixels: Uint8Array, valid?: Uint8Array): Raster {
  const bandCount = bandNames.length;
  return {
    grid,
    sampleType: "uint8",
    bandNames,
    maskKind: valid ? "internal" : "none",
    nodata: null,
    levels: [{ widthPx: grid.widthPx, heightPx: grid.heightPx, blockWidthPx: grid.widthPx, blockHeightPx: 1 }],
    read: async (window: Window, options = {}) => {
      const bands = options.bands ?? bandNames.map((_, band) => band);
      const data = new Uint8Array(window.widthPx * window.heightPx * bands.length);
      const measured = new Uint8Array(window.widthPx * window.heightPx);
      for (let row = 0; row < window.heightPx; row++) {
        for (let col = 0; col < window.widthPx; col++) {
          const [fromCol, fromRow] = [window.colOff + col, window.rowOff + row];
          if (fromCol < 0 || fromRow < 0 || fromCol >= grid.widthPx || fromRow >= grid.heightPx) continue;
          const from = fromRow * grid.widthPx + fromCol;
          const to = row * window.widthPx + col;
          measured[to] = valid?.[from] ?? 1;
          for (let b = 0; b < bands.length; b++) data[to * bands.length + b] = pixels[from * bandCount + (bands[b] ?? 0)] ?? 0;
        }
      }
      const array: RasterArray = {
        layout: "pixel-interleaved",
        sampleType: "uint8",
        bandCount: bands.length,
        widthPx: window.widthPx,
        heightPx: window.heightPx,
        data,
        valid: measured,
      };
      return array;
    },
    close: async () => {},
  };
}
