/**
 * Which source samples make up each target sample along one axis, and with what weight. Target sample t takes
 * first[t] … first[t] + count[t] − 1 with weights weights[start[t] + i]; weights of one target sum to 1 where it lies
 * wholly on the source. Computed from absolute positions, so that any window of a raster gives the same pixels.
 */
export interface AxisWeights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly start: Int32Array;
  readonly weights: Float64Array;
  /** Source samples touched by any target: [low, high). */
  readonly low: number;
  readonly high: number;
  /** Every target sample is one source sample, or none beyond the edge. */
  readonly isCopy: boolean;
}

/**
 * @param offset first target sample, @param length how many, @param scale source samples per target sample,
 * @param shift source position of target position 0, @param sourceLength samples on the source
 */
export function axisWeights(offset: number, length: number, scale: number, shift: number, sourceLength: number): AxisWeights {
  const magnitude = Math.abs(scale);
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const start = new Int32Array(length);
  const capacity = Math.ceil(magnitude) + 2;
  const weights = new Float64Array(length * Math.max(2, capacity));
  let used = 0;
  let low = Infinity;
  let high = -Infinity;
  // A hair of tolerance: 2.0000001 source samples per target are two.
  const enlarges = magnitude < 1 - 1e-6;
  // As large as the source's and no further off than a hundredth of a sample at the far end: the samples themselves.
  const isCopy = Math.abs(scale - 1) * sourceLength < 0.01 && Math.abs(shift - Math.round(shift)) < 0.01;
  for (let t = 0; t < length; t++) {
    const a = shift + (offset + t) * scale;
    const b = shift + (offset + t + 1) * scale;
    const from = Math.min(a, b);
    const to = Math.max(a, b);
    start[t] = used;
    const inside = isCopy
      ? single(offset + t + Math.round(shift), sourceLength, weights, used)
      : enlarges
        ? linear((from + to) / 2, sourceLength, weights, used)
        : box(from, to, sourceLength, weights, used);
    first[t] = inside.first;
    count[t] = inside.count;
    used += inside.count;
    if (inside.count > 0) {
      low = Math.min(low, inside.first);
      high = Math.max(high, inside.first + inside.count);
    }
  }
  return { first, count, start, weights, low: low === Infinity ? 0 : low, high: high === -Infinity ? 0 : high, isCopy };
}

function single(index: number, sourceLength: number, weights: Float64Array, used: number): { first: number; count: number } {
  if (index < 0 || index >= sourceLength) return { first: 0, count: 0 };
  weights[used] = 1;
  return { first: index, count: 1 };
}

/** Each source sample by the share of the target that it covers. */
function box(from: number, to: number, sourceLength: number, weights: Float64Array, used: number): { first: number; count: number } {
  const width = to - from;
  const left = nearWhole(from);
  const right = nearWhole(to);
  const first = Math.max(0, Math.floor(left));
  const last = Math.min(sourceLength, Math.ceil(right));
  let count = 0;
  for (let i = first; i < last; i++) weights[used + count++] = (Math.min(right, i + 1) - Math.max(left, i)) / width;
  return { first, count };
}

/** The two source samples around a position; the outermost one alone near the edge, nothing outside. */
function linear(centre: number, sourceLength: number, weights: Float64Array, used: number): { first: number; count: number } {
  if (centre < 0 || centre >= sourceLength) return { first: 0, count: 0 };
  const position = Math.min(sourceLength - 1, Math.max(0, centre - 0.5));
  const first = Math.min(Math.floor(position), Math.max(0, sourceLength - 2));
  const fraction = position - first;
  if (sourceLength === 1) {
    weights[used] = 1;
    return { first: 0, count: 1 };
  }
  weights[used] = 1 - fraction;
  weights[used + 1] = fraction;
  return { first, count: 2 };
}

/** Whole numbers that rounding has moved by a hair, so that no sliver of a neighbour creeps in. */
function nearWhole(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-6 ? whole : value;
}
