import type { BandStatistics } from "@reefline/schema/survey";
import { readWindows } from "../cog/rowBlocks.ts";
import type { Raster } from "../raster.ts";
import { type BandCount, bandStatistics, countBlock, joinCounts } from "./bandStatistics.ts";

/** An image of no more pixels is counted whole. */
const ENOUGH_PIXELS = 4_000_000;

export interface CountedBands {
  /** Per data band; null where no pixel is valid. */
  readonly counts: readonly (BandCount | null)[];
  readonly pixels: number;
  readonly approximate: boolean;
}

/** Counts a raster's values on the finest level of four megapixels or fewer (or its coarsest). */
export async function countRaster(raster: Raster, signal?: AbortSignal): Promise<CountedBands> {
  const fits = raster.levels.findIndex(({ widthPx, heightPx }) => widthPx * heightPx <= ENOUGH_PIXELS);
  const level = fits === -1 ? raster.levels.length - 1 : fits;
  const size = raster.levels[level];
  if (size === undefined) throw new RangeError("a raster has at least one level");
  let counts: (BandCount | null)[] = raster.bandNames.map(() => null);
  for (const window of readWindows({ ...raster, grid: { ...raster.grid, ...size }, levels: [size] }, { bandRows: 512 })) {
    const { data, valid, bandCount, widthPx, heightPx } = await raster.read(window, { level, signal });
    const found = countBlock({ data, valid, bandCount, pitchPx: widthPx, offsetPx: 0, widthPx, heightPx, allValid: false });
    counts = counts.map((count, band) => joinCounts(count, found[band] ?? null));
  }
  return { counts, pixels: size.widthPx * size.heightPx, approximate: level > 0 };
}

/** As stored with a survey's bands. */
export function storedStatistics({ counts, pixels, approximate }: CountedBands): (BandStatistics | null)[] {
  return counts.map((count) => bandStatistics(count, pixels, approximate));
}
