import type { Raster } from "@reefline/raster/raster";

const largestBlockPx = 1_024;
/** An image this small needs no overview. */
const smallImagePx = 1_024;

/** Whether a raster can be served as it is: tiles of a sensible size at every level, overviews down to about one tile. */
export function isCogLayout(raster: Pick<Raster, "levels">): boolean {
  const [full, ...overviews] = raster.levels;
  if (!full) return false;
  const tiled = raster.levels.every(
    ({ blockWidthPx, blockHeightPx, widthPx }) =>
      blockWidthPx <= largestBlockPx &&
      blockHeightPx <= largestBlockPx &&
      blockHeightPx >= 64 &&
      (blockWidthPx < widthPx || widthPx <= largestBlockPx),
  );
  const coarsest = overviews.at(-1) ?? full;
  return tiled && Math.max(coarsest.widthPx, coarsest.heightPx) <= smallImagePx;
}
