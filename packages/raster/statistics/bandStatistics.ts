import type { BandStatistics } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";
import { histogramOver, histogramPercentile, joinHistograms, storedHistogram, type ValueHistogram } from "./valueHistogram.ts";

/** What has been counted of one band so far. Plain data, so that it can be sent and stored. */
export interface BandCount {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared differences from the mean. */
  readonly squares: number;
  readonly histogram: ValueHistogram;
}

/** A rectangle of pixels in an interleaved array. */
export interface PixelBlock {
  readonly data: Samples;
  readonly valid: Uint8Array;
  readonly bandCount: number;
  /** Pixels from one row of the array to the next. */
  readonly pitchPx: number;
  /** Index of the first pixel. */
  readonly offsetPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Known to hold no pixel that is not valid. */
  readonly allValid: boolean;
}

/** Counts the valid pixels of a block, per band; null where there are none. */
export function countBlock(block: PixelBlock): (BandCount | null)[] {
  return block.data instanceof Uint8Array ? countBytes(block, block.data) : countValues(block);
}

function countBytes(block: PixelBlock, data: Uint8Array): (BandCount | null)[] {
  const { bandCount, valid } = block;
  const counts = new Uint32Array(256 * bandCount * TABLES);
  for (let row = 0; row < block.heightPx; row++) {
    const pixel = block.offsetPx + row * block.pitchPx;
    if (block.allValid || valid.subarray(pixel, pixel + block.widthPx).indexOf(0) === -1) {
      countByteRow(counts, data, pixel * bandCount, block.widthPx, bandCount);
      continue;
    }
    for (let col = 0; col < block.widthPx; col++) {
      if (valid[pixel + col] === 0) continue;
      const at = (pixel + col) * bandCount;
      for (let band = 0; band < bandCount; band++) {
        const bin = band * 256 + (data[at + band] ?? 0);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
    }
  }
  const tableLength = 256 * bandCount;
  for (let i = 0; i < tableLength; i++) counts[i] = (counts[i] ?? 0) + (counts[tableLength + i] ?? 0);
  return Array.from({ length: bandCount }, (_, band) => fromByteCounts(counts.subarray(band * 256, (band + 1) * 256)));
}

/** Tables of counts per byte row: neighbours are often equal, and adding to the same count twice in a row has to wait. */
const TABLES = 2;

function countByteRow(counts: Uint32Array, data: Uint8Array, at: number, widthPx: number, bandCount: number): void {
  const end = at + widthPx * bandCount;
  const other = 256 * bandCount;
  if (bandCount === 3) {
    let i = at;
    for (; i + 6 <= end; i += 6) {
      addOne(counts, data[i] ?? 0);
      addOne(counts, 256 + (data[i + 1] ?? 0));
      addOne(counts, 512 + (data[i + 2] ?? 0));
      addOne(counts, 768 + (data[i + 3] ?? 0));
      addOne(counts, 1024 + (data[i + 4] ?? 0));
      addOne(counts, 1280 + (data[i + 5] ?? 0));
    }
    for (let band = 0; i < end; i++, band++) addOne(counts, band * 256 + (data[i] ?? 0));
    return;
  }
  let table = 0;
  for (let i = at; i < end; table = other - table) {
    for (let band = 0; band < bandCount; band++, i++) addOne(counts, table + band * 256 + (data[i] ?? 0));
  }
}

function addOne(counts: Uint32Array, bin: number): void {
  counts[bin] = (counts[bin] ?? 0) + 1;
}

/** Everything about bytes follows from how often each occurs. */
function fromByteCounts(counts: Uint32Array): BandCount | null {
  const min = counts.findIndex((count) => count > 0);
  if (min === -1) return null;
  const max = counts.findLastIndex((count) => count > 0);
  let count = 0;
  let sum = 0;
  for (let value = min; value <= max; value++) {
    count += counts[value] ?? 0;
    sum += value * (counts[value] ?? 0);
  }
  const mean = sum / count;
  let squares = 0;
  for (let value = min; value <= max; value++) squares += (value - mean) ** 2 * (counts[value] ?? 0);
  return {
    count,
    min,
    max,
    mean,
    squares,
    histogram: { exponent: 0, firstBin: min, counts: Float64Array.from(counts.subarray(min, max + 1)) },
  };
}

function countValues(block: PixelBlock): (BandCount | null)[] {
  return Array.from({ length: block.bandCount }, (_, band) => countBand(block, band));
}

function countBand(block: PixelBlock, band: number): BandCount | null {
  const { data, valid, bandCount, pitchPx, offsetPx, widthPx, heightPx, allValid } = block;
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let row = 0; row < heightPx; row++) {
    const start = offsetPx + row * pitchPx;
    const end = start + widthPx;
    for (let pixel = start, at = start * bandCount + band; pixel < end; pixel++, at += bandCount) {
      if (!allValid && valid[pixel] === 0) continue;
      const value = data[at] ?? 0;
      count++;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
  }
  if (count === 0) return null;
  const isInteger = !(data instanceof Float32Array || data instanceof Float64Array);
  const histogram = histogramOver(min, max, isInteger);
  const { counts, firstBin } = histogram;
  const scale = 2 ** -histogram.exponent;
  const mean = sum / count;
  let squares = 0;
  for (let row = 0; row < heightPx; row++) {
    const start = offsetPx + row * pitchPx;
    const end = start + widthPx;
    for (let pixel = start, at = start * bandCount + band; pixel < end; pixel++, at += bandCount) {
      if (!allValid && valid[pixel] === 0) continue;
      const value = data[at] ?? 0;
      const bin = Math.floor(value * scale) - firstBin;
      counts[bin] = (counts[bin] ?? 0) + 1;
      squares += (value - mean) * (value - mean);
    }
  }
  return { count, min, max, mean, squares, histogram };
}

/** Both together (Chan, Golub and LeVeque 1983). */
export function joinCounts(a: BandCount | null, b: BandCount | null): BandCount | null {
  if (a === null) return b;
  if (b === null) return a;
  const count = a.count + b.count;
  const difference = b.mean - a.mean;
  return {
    count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + (difference * b.count) / count,
    squares: a.squares + b.squares + (difference * difference * a.count * b.count) / count,
    histogram: joinHistograms(a.histogram, b.histogram),
  };
}

/** As stored with a survey; null when nothing is valid. @param pixels all pixels looked at, valid or not */
export function bandStatistics(count: BandCount | null, pixels: number, approximate: boolean): BandStatistics | null {
  if (count === null) return null;
  return {
    min: count.min,
    max: count.max,
    mean: count.mean,
    std: Math.sqrt(count.squares / count.count),
    validFraction: Math.min(1, count.count / pixels),
    histogram: storedHistogram(count.histogram),
    approximate,
  };
}

/** Fewer bins than these between the ends say that a few far values have made the bins too wide. */
const ENOUGH_BINS = 32;

/**
 * The 2nd and 98th percentile, to show a band's contrast; one unit about its value when a band does not vary; null when the bins are too
 * coarse to tell (a few values far from all others).
 */
export function stretchOf({ histogram, min, max }: BandCount): { low: number; high: number } | null {
  const low = Math.max(min, histogramPercentile(histogram, 0.02));
  const high = Math.min(max, histogramPercentile(histogram, 0.98));
  const isInteger = histogram.exponent >= 0;
  if (
    histogram.exponent !== 0 &&
    max > min &&
    high - low < ENOUGH_BINS * 2 ** histogram.exponent &&
    histogram.counts.length > ENOUGH_BINS * 8
  )
    return null;
  if (high > low) return { low, high };
  return isInteger || max === min ? { low: low - 0.5, high: low + 0.5 } : { low: min, high: max };
}
