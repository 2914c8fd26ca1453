import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "./array.ts";
import { newSamples } from "./newSamples.ts";

export type OverviewResampling = "average" | "nearest";

export interface LevelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Full resolution first, then halved (rounded up) until neither side is longer than `smallestPx`. */
export function pyramidSizes(widthPx: number, heightPx: number, smallestPx: number): LevelSize[] {
  const sizes: LevelSize[] = [{ widthPx, heightPx }];
  let size: LevelSize = { widthPx, heightPx };
  while (Math.max(size.widthPx, size.heightPx) > smallestPx) {
    size = { widthPx: Math.ceil(size.widthPx / 2), heightPx: Math.ceil(size.heightPx / 2) };
    sizes.push(size);
  }
  return sizes;
}

/** For each target column the first source column it covers, and how much of it and of the next two. */
interface ColumnPlan {
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

function planColumns(sourcePx: number, targetPx: number): ColumnPlan {
  const ratio = sourcePx / targetPx;
  const first = new Int32Array(targetPx);
  const weights = new Float64Array(targetPx * 3);
  for (let col = 0; col < targetPx; col++) {
    const from = col * ratio;
    const to = (col + 1) * ratio;
    const start = Math.floor(from + 1e-9);
    first[col] = start;
    for (let k = 0; k < 3; k++) {
      const overlap = Math.min(to, start + k + 1) - Math.max(from, start + k);
      if (start + k < sourcePx && overlap > 1e-9) weights[col * 3 + k] = overlap;
    }
  }
  return { first, weights };
}

/** One finished row of a level. Views are reused by the next row: copy what is kept. */
export type RowSink = (data: Samples, valid: Uint8Array) => Promise<void>;

export interface RowHalver {
  /** `data`: one row, interleaved; `valid`: one byte per pixel. */
  pushRow(data: Samples, valid: Uint8Array): Promise<void>;
}

export interface HalverOptions {
  readonly source: LevelSize;
  readonly target: LevelSize;
  readonly bandCount: number;
  readonly sampleType: SampleType;
  readonly nodata: number | null;
  readonly sink: RowSink;
}

/** A mean that happens to equal nodata would vanish: it moves by one, as GDAL does. */
function avoidNodata(value: number, nodata: number | null, sampleType: SampleType): number {
  if (value !== nodata) return value;
  return sampleType === "uint8" && value === 255 ? 254 : value + 1;
}

/**
 * Makes one level of a pyramid from the rows of the level above, holding two rows. Target pixels average the valid source
 * pixels they cover, weighted by overlap (odd sizes do not halve evenly); a pixel is valid when any of its sources is.
 */
export function averagingHalver(options: HalverOptions): RowHalver {
  const { source, target, bandCount, sampleType, nodata, sink } = options;
  const isFloat = sampleType === "float32" || sampleType === "float64";
  const plan = planColumns(source.widthPx, target.widthPx);
  const rowRatio = source.heightPx / target.heightPx;
  let sums = new Float64Array(target.widthPx * bandCount);
  let shares = new Float64Array(target.widthPx);
  let nextSums = new Float64Array(sums.length);
  let nextShares = new Float64Array(shares.length);
  const outData = newSamples(sampleType, sums.length);
  const outValid = new Uint8Array(target.widthPx);
  let sourceRow = 0;
  let targetRow = 0;

  function accumulate(data: Samples, valid: Uint8Array, rowShare: number, toSums: Float64Array, toShares: Float64Array): void {
    for (let col = 0; col < target.widthPx; col++) {
      const first = plan.first[col] ?? 0;
      for (let k = 0; k < 3; k++) {
        const share = (plan.weights[col * 3 + k] ?? 0) * rowShare;
        if (share === 0 || valid[first + k] === 0) continue;
        toShares[col] = (toShares[col] ?? 0) + share;
        const from = (first + k) * bandCount;
        const to = col * bandCount;
        for (let band = 0; band < bandCount; band++) toSums[to + band] = (toSums[to + band] ?? 0) + share * (data[from + band] ?? 0);
      }
    }
  }

  function finishRow(): void {
    for (let col = 0; col < target.widthPx; col++) {
      const share = shares[col] ?? 0;
      outValid[col] = share > 0 ? 1 : 0;
      for (let i = col * bandCount; i < (col + 1) * bandCount; i++) {
        const mean = share > 0 ? (sums[i] ?? 0) / share : (nodata ?? 0);
        // Sums carry rounding of their own: without the nudge 12.5 could land on either side.
        const value = isFloat || share === 0 ? mean : Math.floor(mean + 0.5 + 1e-9);
        outData[i] = share > 0 ? avoidNodata(value, nodata, sampleType) : value;
      }
    }
    [sums, nextSums] = [nextSums, sums];
    [shares, nextShares] = [nextShares, shares];
    nextSums.fill(0);
    nextShares.fill(0);
  }

  return {
    async pushRow(data, valid) {
      const boundary = (targetRow + 1) * rowRatio;
      const here = Math.min(1, boundary - sourceRow);
      if (here > 1e-9) accumulate(data, valid, here, sums, shares);
      if (1 - here > 1e-9) accumulate(data, valid, 1 - here, nextSums, nextShares);
      sourceRow++;
      if (sourceRow >= boundary - 1e-9) {
        finishRow();
        targetRow++;
        await sink(outData, outValid);
      }
    },
  };
}

/** As `averagingHalver`, but each target pixel is one source pixel: for classes, whose mean means nothing. */
export function nearestHalver(options: HalverOptions): RowHalver {
  const { source, target, bandCount, sampleType, sink } = options;
  const colRatio = source.widthPx / target.widthPx;
  const rowRatio = source.heightPx / target.heightPx;
  const outData = newSamples(sampleType, target.widthPx * bandCount);
  const outValid = new Uint8Array(target.widthPx);
  let sourceRow = 0;
  let targetRow = 0;
  return {
    async pushRow(data, valid) {
      const wanted = Math.min(source.heightPx - 1, Math.floor(targetRow * rowRatio + 0.5));
      if (sourceRow++ !== wanted || targetRow >= target.heightPx) return;
      for (let col = 0; col < target.widthPx; col++) {
        const from = Math.min(source.widthPx - 1, Math.floor(col * colRatio + 0.5));
        outValid[col] = valid[from] ?? 0;
        for (let band = 0; band < bandCount; band++) outData[col * bandCount + band] = data[from * bandCount + band] ?? 0;
      }
      targetRow++;
      await sink(outData, outValid);
    },
  };
}
