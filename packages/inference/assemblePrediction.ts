import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { type CogOptions, type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import { probabilityNodata } from "@reefline/schema/prediction";
import { blendWeights } from "./blendWeights.ts";
import { blendTwo, byteOfBlended } from "./columnBlend.ts";
import { entropyBytes } from "./entropyBytes.ts";
import type { SurveyPlan } from "./surveyPlan.ts";
import { readSwath } from "./swathFile.ts";
import { swathRuns } from "./windowPlan.ts";

/** probability; how much the orientations disagree; the entropy of the probability; or the likeliest class. */
export type PredictedBand = "probability" | "orientations" | "entropy" | "classes";

export interface AssembleInput {
  readonly outPath: string;
  readonly plan: SurveyPlan;
  /** The swaths' files from top to bottom. */
  readonly swathPaths: readonly string[];
  readonly band: PredictedBand;
  /** Of the classes that the model tells apart, for the band's name. */
  readonly classNames?: readonly string[];
  /** The survey file's own GeoKeys, for a CRS without an EPSG code. */
  readonly rawGeoKeys?: CogOptions["rawGeoKeys"];
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes one COG (one byte per pixel, 0 = nodata; overviews average what is not nodata, of classes they take the nearest) from finished
 * swaths, and counts the ground per byte of probability in geodesic m² on the way: all of it, and for a raster of classes that of each
 * class. Holds one swath at a time, whatever the survey's height.
 * @throws AppError "inference/swath-damaged" when a swath is not what the plan says
 */
export async function assemblePrediction(input: AssembleInput): Promise<{ areaHistogramM2: number[]; classHistogramsM2: number[][] }> {
  const { plan, band, classNames = [] } = input;
  const areaHistogramM2 = new Array<number>(256).fill(0);
  const classHistogramsM2 = Array.from({ length: plan.classCount }, () => new Array<number>(256).fill(0));
  const pixelAreaM2 = rowPixelAreasM2(plan.modelGrid);
  const { widthPx } = plan.modelGrid;
  const add = (histogram: number[] | undefined, counts: Uint32Array, areaM2: number): void => {
    counts.forEach((pixels, value) => {
      if (pixels > 0 && histogram) histogram[value] = (histogram[value] ?? 0) + pixels * areaM2;
    });
  };
  const count = ({ rowOff, heightPx, bytes, probability }: FinishedRows): void => {
    const counts = new Uint32Array(256);
    const ofClasses = classHistogramsM2.map(() => new Uint32Array(256));
    for (let row = 0; row < heightPx; row++) {
      for (const each of [counts, ...ofClasses]) each.fill(0);
      for (let i = row * widthPx; i < (row + 1) * widthPx; i++) {
        const value = bytes[i] ?? 0;
        counts[value] = (counts[value] ?? 0) + 1;
        const ofClass = probability ? ofClasses[value - 1] : undefined;
        const p = probability?.[i] ?? 0;
        if (ofClass) ofClass[p] = (ofClass[p] ?? 0) + 1;
      }
      const areaM2 = pixelAreaM2(rowOff + row);
      add(areaHistogramM2, counts, areaM2);
      for (const [k, each] of ofClasses.entries()) add(classHistogramsM2[k], each, areaM2);
    }
  };
  async function* rows(): AsyncGenerator<RowBlock> {
    for await (const finished of finishedRows(input)) {
      count(finished);
      const { rowOff, heightPx, bytes } = finished;
      const valid = bytes.map((value) => (value === probabilityNodata ? 0 : 1));
      yield {
        rowOff,
        heightPx,
        array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 1, widthPx, heightPx, data: bytes, valid },
      };
    }
  }
  const ofClasses = `class: ${classNames.map((name, k) => `${k + 1} ${name}`).join(", ")}`;
  await writeCog(input.outPath, {
    grid: plan.modelGrid,
    bandCount: 1,
    sampleType: "uint8",
    nodata: probabilityNodata,
    photometric: "grey",
    hasMask: false,
    rows: rows(),
    overviewResampling: band === "classes" ? "nearest" : "average",
    bandNames: [band === "probability" ? "probability" : band === "classes" ? ofClasses : "uncertainty"],
    rawGeoKeys: input.rawGeoKeys,
    onProgress: input.onProgress,
    signal: input.signal,
  });
  return { areaHistogramM2, classHistogramsM2 };
}

/** Rows of a band's bytes. */
export interface FinishedRows {
  readonly rowOff: number;
  readonly heightPx: number;
  readonly bytes: Uint8Array;
  /** With the band of classes: the probability of reef. */
  readonly probability?: Uint8Array;
}

/** Finished bytes of a band from top to bottom. Of classes that are equally likely the first is taken. */
export async function* finishedRows({
  plan,
  swathPaths,
  band,
}: Pick<AssembleInput, "plan" | "swathPaths" | "band">): AsyncGenerator<FinishedRows> {
  const planes =
    band === "classes" ? Array.from({ length: 1 + plan.classCount }, (_, k) => k) : [band === "orientations" ? 1 + plan.classCount : 0];
  for await (const { planes: read, ...run } of finishedPlanes(plan, swathPaths, planes)) {
    const [first, ...others] = read;
    if (!first) continue;
    if (band === "classes") {
      yield { ...run, bytes: likeliest(first, others), probability: first };
      continue;
    }
    if (band === "entropy") for (let i = 0; i < first.length; i++) first[i] = entropyBytes[first[i] ?? 0] ?? 0;
    yield { ...run, bytes: first };
  }
}

function likeliest(probability: Uint8Array, classes: readonly Uint8Array[]): Uint8Array {
  const best = new Uint8Array(probability.length);
  const chosen = new Uint8Array(probability.length);
  for (const [k, plane] of classes.entries()) {
    for (let i = 0; i < chosen.length; i++) {
      const value = plane[i] ?? 0;
      if (value <= (best[i] ?? 0)) continue;
      best[i] = value;
      chosen[i] = k + 1;
    }
  }
  return chosen;
}

/** Rows that two swaths share are blended here. */
async function* finishedPlanes(
  { windows, modelGrid, hash }: SurveyPlan,
  swathPaths: readonly string[],
  planes: readonly number[],
): AsyncGenerator<{ rowOff: number; heightPx: number; planes: Uint8Array[] }> {
  const { widthPx } = modelGrid;
  const lower = blendWeights(windows.windowHeightPx, windows.overlapPx, false, true).subarray(-windows.overlapPx);
  let carried = planes.map(() => new Uint16Array(0));
  for (const [index, path] of swathPaths.entries()) {
    const runs = swathRuns(windows, index);
    const read = planes.map(() => ({
      above: new Uint16Array(widthPx * runs.above.heightPx),
      below: new Uint16Array(widthPx * runs.below.heightPx),
      own: new Uint8Array(widthPx * runs.own.heightPx),
    }));
    for await (const group of readSwath(path, windows, { planHash: hash, index, planes })) {
      for (const [p, columns] of group.entries()) {
        const to = read[p];
        if (!to) continue;
        place(columns.above, columns, to.above, widthPx);
        place(columns.below, columns, to.below, widthPx);
        place(columns.own, columns, to.own, widthPx);
      }
    }
    const shared = read.map(({ above }, p) => blendRows(carried[p] ?? new Uint16Array(0), above, lower, widthPx));
    if (runs.above.heightPx > 0) yield { ...runs.above, planes: shared };
    if (runs.own.heightPx > 0) yield { ...runs.own, planes: read.map(({ own }) => own) };
    carried = read.map(({ below }) => below);
  }
}

function blendRows(upper: Uint16Array, lower: Uint16Array, weights: Int32Array, widthPx: number): Uint8Array {
  const shared = new Uint8Array(lower.length);
  for (let row = 0; row * widthPx < lower.length; row++) {
    const weight = weights[row] ?? 0;
    for (let i = row * widthPx; i < (row + 1) * widthPx; i++)
      shared[i] = byteOfBlended[blendTwo(upper[i] ?? 0, lower[i] ?? 0, weight)] ?? 0;
  }
  return shared;
}

function place<Values extends Uint8Array | Uint16Array>(
  from: Values,
  { colOff, widthPx }: { colOff: number; widthPx: number },
  to: Values,
  toWidthPx: number,
): void {
  for (let row = 0; row * widthPx < from.length; row++) to.set(from.subarray(row * widthPx, (row + 1) * widthPx), row * toWidthPx + colOff);
}
