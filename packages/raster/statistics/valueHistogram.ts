import type { Histogram } from "@reefline/schema/survey";

/** Bins kept while counting. */
const COUNTED_BINS = 4096;
/** Narrower bins would not be told apart by doubles. */
const FINEST_EXPONENT = -60;

/**
 * Counts of values in bins of width 2^exponent whose edges are multiples of that width: bin i holds (firstBin + i) · width up to the next
 * edge. Because edges are aligned, two histograms of any widths join exactly into the wider one, in whatever order.
 */
export interface ValueHistogram {
  exponent: number;
  firstBin: number;
  counts: Float64Array;
}

/** The finest exponent (not below `finest`) at which min to max fits into `bins` bins. */
function exponentFor(min: number, max: number, finest: number, bins: number): number {
  let exponent = Math.max(finest, Math.ceil(Math.log2(Math.max(max - min, Number.MIN_VALUE) / bins)) - 1);
  while (Math.floor(max * 2 ** -exponent) - Math.floor(min * 2 ** -exponent) >= bins) exponent++;
  return exponent;
}

/** An empty histogram that reaches from min to max. @param isInteger no bin narrower than 1 */
export function histogramOver(min: number, max: number, isInteger: boolean): ValueHistogram {
  // Doubles of this size cannot be told apart below this width.
  const finest = isInteger ? 0 : Math.max(FINEST_EXPONENT, Math.ceil(Math.log2(Math.max(Math.abs(min), Math.abs(max), 1e-9))) - 40);
  const exponent = exponentFor(min, max, finest, COUNTED_BINS);
  const firstBin = Math.floor(min * 2 ** -exponent);
  return { exponent, firstBin, counts: new Float64Array(Math.floor(max * 2 ** -exponent) - firstBin + 1) };
}

/** The same counts in bins of 2^exponent, which must not be narrower. */
function coarsened(histogram: ValueHistogram, exponent: number): ValueHistogram {
  if (exponent === histogram.exponent) return histogram;
  const factor = 2 ** (histogram.exponent - exponent);
  const firstBin = Math.floor(histogram.firstBin * factor);
  const lastBin = Math.floor((histogram.firstBin + histogram.counts.length - 1) * factor);
  const counts = new Float64Array(lastBin - firstBin + 1);
  for (let i = 0; i < histogram.counts.length; i++) {
    const bin = Math.floor((histogram.firstBin + i) * factor) - firstBin;
    counts[bin] = (counts[bin] ?? 0) + (histogram.counts[i] ?? 0);
  }
  return { exponent, firstBin, counts };
}

/** Both together; neither is changed. */
export function joinHistograms(a: ValueHistogram, b: ValueHistogram): ValueHistogram {
  let exponent = Math.max(a.exponent, b.exponent);
  const span = (e: number) => {
    const low = Math.min(Math.floor(a.firstBin * 2 ** (a.exponent - e)), Math.floor(b.firstBin * 2 ** (b.exponent - e)));
    const lastOf = ({ firstBin, counts, exponent: own }: ValueHistogram) => Math.floor((firstBin + counts.length - 1) * 2 ** (own - e));
    return { low, bins: Math.max(lastOf(a), lastOf(b)) - low + 1 };
  };
  while (span(exponent).bins > COUNTED_BINS) exponent++;
  const { low, bins } = span(exponent);
  const counts = new Float64Array(bins);
  for (const part of [coarsened(a, exponent), coarsened(b, exponent)]) {
    for (let i = 0; i < part.counts.length; i++) {
      const bin = part.firstBin + i - low;
      counts[bin] = (counts[bin] ?? 0) + (part.counts[i] ?? 0);
    }
  }
  return { exponent, firstBin: low, counts };
}

/** As it is stored: at most `bins` bins. */
export function storedHistogram(histogram: ValueHistogram, bins = 512): Histogram {
  let stored = histogram;
  while (stored.counts.length > bins) stored = coarsened(stored, stored.exponent + 1);
  const binWidth = 2 ** stored.exponent;
  return { low: stored.firstBin * binWidth, binWidth, counts: Array.from(stored.counts) };
}

/**
 * The value below which `share` of the counts lie, taken as spread evenly over their bin; for whole numbers (bins of width 1) the
 * number itself. 0 for no counts.
 */
export function histogramPercentile({ exponent, firstBin, counts }: ValueHistogram, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = share * total;
  const width = 2 ** exponent;
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    if (count > 0 && seen + count >= wanted) {
      const within = width === 1 ? 0 : (wanted - seen) / count;
      return (firstBin + i + within) * width;
    }
    seen += count;
  }
  return total === 0 ? 0 : (firstBin + counts.length) * width;
}
