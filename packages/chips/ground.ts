import type { Window } from "@reefline/schema/grid";
import { coverageMask, type GroundPolygons } from "./coverage.ts";
import type { ModelInput } from "./modelInput.ts";

/** Bytes and coverage of a window, contiguous. */
export interface GroundPatch {
  readonly window: Window;
  readonly bandCount: number;
  /** Interleaved. */
  readonly pixels: Uint8Array;
  /** `coverageBits` per pixel, and its class. */
  readonly coverage: Uint8Array;
  /** Whether classes of reef are told apart: reef without one is then of a class that is not said. */
  readonly tellsClasses?: boolean;
}

interface Tile {
  readonly pixels: Uint8Array;
  readonly coverage: Uint8Array;
}

export interface Ground {
  readonly bandCount: number;
  /** Copies a window, decoding what is not in memory. Beyond the raster nothing is measured. */
  patch(window: Window): Promise<GroundPatch>;
}

const tilePx = 512;

/**
 * The ground a training looks at, decoded once and kept as bytes while it fits into `budgetBytes`; beyond that the tiles longest unused
 * are dropped and decoded again when needed.
 * @param read pixels of a window of the model's grid
 */
export function openGround(
  read: (window: Window) => Promise<ModelInput>,
  polygons: GroundPolygons,
  bandCount: number,
  budgetBytes: number,
): Ground {
  const tiles = new Map<string, Promise<Tile>>();
  const capacity = Math.max(16, Math.floor(budgetBytes / (tilePx * tilePx * (bandCount + 1))));

  async function load(tileCol: number, tileRow: number): Promise<Tile> {
    const window = { colOff: tileCol * tilePx, rowOff: tileRow * tilePx, widthPx: tilePx, heightPx: tilePx };
    const { pixels, valid } = await read(window);
    return { pixels, coverage: coverageMask(polygons, window, valid) };
  }

  function tile(tileCol: number, tileRow: number): Promise<Tile> {
    const key = `${tileCol},${tileRow}`;
    const found = tiles.get(key) ?? load(tileCol, tileRow);
    // A failed read is not remembered: the next chip tries again.
    found.catch(() => tiles.delete(key));
    // Map keeps insertion order, so the first key is the one longest unused.
    tiles.delete(key);
    tiles.set(key, found);
    for (const oldest of tiles.keys()) {
      if (tiles.size <= capacity) break;
      tiles.delete(oldest);
    }
    return found;
  }

  return {
    bandCount,
    async patch(window) {
      const { colOff, rowOff, widthPx, heightPx } = window;
      const pixels = new Uint8Array(widthPx * heightPx * bandCount);
      const coverage = new Uint8Array(widthPx * heightPx);
      for (let tileRow = Math.floor(rowOff / tilePx); tileRow * tilePx < rowOff + heightPx; tileRow++) {
        for (let tileCol = Math.floor(colOff / tilePx); tileCol * tilePx < colOff + widthPx; tileCol++) {
          const from = await tile(tileCol, tileRow);
          const col0 = Math.max(colOff, tileCol * tilePx);
          const col1 = Math.min(colOff + widthPx, (tileCol + 1) * tilePx);
          const row1 = Math.min(rowOff + heightPx, (tileRow + 1) * tilePx);
          for (let row = Math.max(rowOff, tileRow * tilePx); row < row1; row++) {
            const source = (row - tileRow * tilePx) * tilePx + (col0 - tileCol * tilePx);
            const target = (row - rowOff) * widthPx + (col0 - colOff);
            pixels.set(from.pixels.subarray(source * bandCount, (source + col1 - col0) * bandCount), target * bandCount);
            coverage.set(from.coverage.subarray(source, source + col1 - col0), target);
          }
        }
      }
      return { window, bandCount, pixels, coverage, ...(polygons.classes ? { tellsClasses: true } : {}) };
    },
  };
}
