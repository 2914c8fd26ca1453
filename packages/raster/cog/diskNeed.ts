import type { Grid } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import { bytesPerSample } from "../decode/newSamples.ts";

/** Overviews add a quarter, a sixteenth, …: a third in all. */
const WITH_OVERVIEWS = 4 / 3;
/** Deflate at its worst adds a few bytes per block; tiles at the edges are padded. */
const SLACK = 1.02;
/** What checkpoints keep of rows that fill no tile yet: at most a quarter of a band, once in four bands or more. */
const CHECKPOINTS = 1 / 16;
const FIXED_BYTES = 16 * 2 ** 20;

/**
 * Bytes of free disk that writing a COG may need at its peak: the file and its parts, which exist side by side while
 * they are joined, if nothing compresses at all. What stays afterwards is at most half.
 */
export function cogDiskNeedBytes(grid: Grid, bandCount: number, sampleType: SampleType): number {
  const pixels = grid.widthPx * grid.heightPx;
  const perPixel = bandCount * bytesPerSample[sampleType] + 1 / 8;
  return Math.ceil(pixels * perPixel * (2 * WITH_OVERVIEWS * SLACK + CHECKPOINTS)) + FIXED_BYTES;
}
