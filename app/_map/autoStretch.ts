import type { Histogram, SampleType, SurveyImage } from "@reefline/schema/survey";

export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

type Band = SurveyImage["bands"][number];

const wholeNumbers: readonly SampleType[] = ["uint8", "uint16", "int16", "uint32", "int32"];

/** The value below which the given share of pixels lies, linear within a bin; null for an empty histogram. */
export function valueAtShare({ low, binWidth, counts }: Histogram, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = share * total;
  let last = 0;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    if (left <= count) return low + (bin + Math.max(0, left) / count) * binWidth;
    left -= count;
    last = bin + 1;
  }
  return low + last * binWidth;
}

/**
 * The range that leaves out the darkest and the brightest 2 % of pixels. Without a histogram the image's own stretch, which an import chose in
 * that way for images of more than 8 bits.
 */
export function autoStretch(band: Pick<Band, "stretch" | "statistics">, sampleType: SampleType): ValueRange {
  const histogram = band.statistics?.histogram;
  if (!histogram) return band.stretch;
  const low = valueAtShare(histogram, 0.02);
  const high = valueAtShare(histogram, 0.98);
  if (low === null || high === null || high <= low) return band.stretch;
  if (!wholeNumbers.includes(sampleType)) return { low: readable(low, high - low), high: readable(high, high - low) };
  return { low: Math.floor(low), high: Math.max(Math.floor(low) + 1, Math.ceil(high)) };
}

/** To a thousandth of the range, so that numbers stay short. */
function readable(value: number, range: number): number {
  const digits = Math.max(0, Math.min(12, 3 - Math.floor(Math.log10(range))));
  return Number(value.toFixed(digits));
}

/** What the handles can be moved over: all values but the outermost thousandth, with what is shown now; of 8-bit images, 0 to 255. */
export function handleRange(band: Pick<Band, "stretch" | "statistics">, sampleType: SampleType, now: ValueRange): ValueRange {
  if (sampleType === "uint8") return { low: Math.min(0, now.low), high: Math.max(255, now.high) };
  const histogram = band.statistics?.histogram;
  const half = (band.stretch.high - band.stretch.low) / 2;
  const low = (histogram && valueAtShare(histogram, 0.001)) ?? band.stretch.low - half;
  const high = (histogram && valueAtShare(histogram, 0.999)) ?? band.stretch.high + half;
  const whole = wholeNumbers.includes(sampleType);
  const out = { low: Math.min(low, now.low, band.stretch.low), high: Math.max(high, now.high, band.stretch.high) };
  return whole ? { low: Math.floor(out.low), high: Math.ceil(out.high) } : out;
}

/** How far one press of an arrow key moves a handle: about a two-hundredth of the range, of 1, 2 or 5 times a power of ten. */
export function handleStep({ low, high }: ValueRange, sampleType: SampleType): number {
  const rough = (high - low) / 200;
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return wholeNumbers.includes(sampleType) ? Math.max(1, step) : step;
}

/** Pixels per bar of a drawing of the range, as shares of the highest; square roots, or a peak would hide the rest. */
export function histogramBars({ low, binWidth, counts }: Histogram, range: ValueRange, barCount: number): number[] {
  const bars = new Array<number>(barCount).fill(0);
  const barWidth = (range.high - range.low) / barCount;
  if (!(barWidth > 0)) return bars;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const from = (low + bin * binWidth - range.low) / barWidth;
    const to = from + binWidth / barWidth;
    // A bin may be wider than a bar: it is spread over all it covers.
    for (let bar = Math.max(0, Math.floor(from)); bar < Math.min(barCount, Math.ceil(to)); bar++) {
      const overlap = Math.min(to, bar + 1) - Math.max(from, bar);
      bars[bar] = (bars[bar] ?? 0) + (count * Math.max(0, overlap)) / (to - from);
    }
  }
  const most = Math.sqrt(Math.max(...bars));
  return most > 0 ? bars.map((count) => Math.sqrt(count) / most) : bars;
}
