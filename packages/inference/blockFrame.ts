import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import type { Raster } from "@reefline/raster/raster";
import type { Window } from "@reefline/schema/grid";
import { byteOfThreshold, probabilityFromByte } from "@reefline/schema/prediction";

/** A square of the probability raster and what is predicted in it; areas are geodesic. See `FrameBlock` in packages/accuracy. */
export interface PredictedBlock {
  readonly window: Window;
  readonly groundM2: number;
  readonly predictedM2: number;
  readonly doubtM2: number;
}

/**
 * Every square of a probability raster that holds a prediction, row by row; the last ones end with the raster. One pass, a row of squares
 * in memory at a time.
 * @param blockPx side of a square in the raster's pixels
 */
export async function blockFrame(
  probability: Raster,
  { blockPx, threshold, signal }: { blockPx: number; threshold: number; signal?: AbortSignal },
): Promise<PredictedBlock[]> {
  const { grid } = probability;
  const pixelAreaM2 = rowPixelAreasM2(grid);
  const least = byteOfThreshold(threshold);
  const doubt = Float64Array.from({ length: 256 }, (_, byte) => Math.min(probabilityFromByte(byte), 1 - probabilityFromByte(byte)));
  const columns = Math.ceil(grid.widthPx / blockPx);
  const widePx = Math.max(1, Math.floor(8_192 / blockPx)) * blockPx;
  const blocks: PredictedBlock[] = [];
  for (let rowOff = 0; rowOff < grid.heightPx; rowOff += blockPx) {
    const heightPx = Math.min(blockPx, grid.heightPx - rowOff);
    const [ground, predicted, doubtful] = [new Float64Array(columns), new Float64Array(columns), new Float64Array(columns)];
    for (let colOff = 0; colOff < grid.widthPx; colOff += widePx) {
      signal?.throwIfAborted();
      const window = { colOff, rowOff, widthPx: Math.min(widePx, grid.widthPx - colOff), heightPx };
      const { data } = await probability.read(window, { signal });
      for (let row = 0; row < heightPx; row++) {
        const areaM2 = pixelAreaM2(rowOff + row);
        for (let col = 0; col < window.widthPx; col++) {
          const byte = data[row * window.widthPx + col] ?? 0;
          if (byte === 0) continue;
          const block = Math.floor((colOff + col) / blockPx);
          ground[block] = (ground[block] ?? 0) + areaM2;
          doubtful[block] = (doubtful[block] ?? 0) + areaM2 * (doubt[byte] ?? 0);
          if (byte >= least) predicted[block] = (predicted[block] ?? 0) + areaM2;
        }
      }
    }
    for (let column = 0; column < columns; column++) {
      const groundM2 = ground[column] ?? 0;
      if (groundM2 === 0) continue;
      const colOff = column * blockPx;
      const window = { colOff, rowOff, widthPx: Math.min(blockPx, grid.widthPx - colOff), heightPx };
      blocks.push({ window, groundM2, predictedM2: predicted[column] ?? 0, doubtM2: doubtful[column] ?? 0 });
    }
  }
  return blocks;
}
