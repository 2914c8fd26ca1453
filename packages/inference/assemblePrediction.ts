import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { type CogOptions, type RowBlock, writeCog } from "@reefline/raster/cogWriter";
import { probabilityNodata } from "@reefline/schema/prediction";
import { blendWeights } from "./blendWeights.ts";
import { blendTwo, byteOfBlended } from "./columnBlend.ts";
import { entropyBytes } from "./entropyBytes.ts";
import type { SurveyPlan } from "./surveyPlan.ts";
import { readSwath } from "./swathFile.ts";
import { swathRuns } from "./windowPlan.ts";

/** probability; how much the orientations disagree; or the entropy of the probability. */
export type PredictedBand = "probability" | "orientations" | "entropy";

export interface AssembleInput {
  readonly outPath: string;
  readonly plan: SurveyPlan;
  /** The swaths' files from top to bottom. */
  readonly swathPaths: readonly string[];
  readonly band: PredictedBand;
  /** The survey file's own GeoKeys, for a CRS without an EPSG code. */
  readonly rawGeoKeys?: CogOptions["rawGeoKeys"];
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes one COG (one byte per pixel, 0 = nodata, overviews average what is not nodata) from finished swaths, and counts the ground per
 * byte value in geodesic m² on the way. Holds one swath at a time, whatever the survey's height.
 * @throws AppError "inference/swath-damaged" when a swath is not what the plan says
 */
export async function assemblePrediction(input: AssembleInput): Promise<{ areaHistogramM2: number[] }> {
  const { plan } = input;
  const areaHistogramM2 = new Array<number>(256).fill(0);
  const pixelAreaM2 = rowPixelAreasM2(plan.modelGrid);
  const count = (block: RowBlock): void => {
    const { widthPx, heightPx, data } = block.array;
    const counts = new Uint32Array(256);
    for (let row = 0; row < heightPx; row++) {
      counts.fill(0);
      for (let i = row * widthPx; i < (row + 1) * widthPx; i++) counts[data[i] ?? 0] = (counts[data[i] ?? 0] ?? 0) + 1;
      const areaM2 = pixelAreaM2(block.rowOff + row);
      counts.forEach((pixels, value) => {
        if (pixels > 0) areaHistogramM2[value] = (areaHistogramM2[value] ?? 0) + pixels * areaM2;
      });
    }
  };
  async function* rows(): AsyncGenerator<RowBlock> {
    for await (const { rowOff, heightPx, bytes } of finishedRows(input)) {
      const valid = bytes.map((value) => (value === probabilityNodata ? 0 : 1));
      const { widthPx } = plan.modelGrid;
      const block: RowBlock = {
        rowOff,
        heightPx,
        array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 1, widthPx, heightPx, data: bytes, valid },
      };
      count(block);
      yield block;
    }
  }
  await writeCog(input.outPath, {
    grid: plan.modelGrid,
    bandCount: 1,
    sampleType: "uint8",
    nodata: probabilityNodata,
    photometric: "grey",
    hasMask: false,
    rows: rows(),
    overviewResampling: "average",
    bandNames: [input.band === "probability" ? "probability" : "uncertainty"],
    rawGeoKeys: input.rawGeoKeys,
    onProgress: input.onProgress,
    signal: input.signal,
  });
  return { areaHistogramM2 };
}

/** Finished bytes from top to bottom: rows that two swaths share are blended here. */
export async function* finishedRows({
  plan,
  swathPaths,
  band,
}: Pick<AssembleInput, "plan" | "swathPaths" | "band">): AsyncGenerator<{ rowOff: number; heightPx: number; bytes: Uint8Array }> {
  const { windows, modelGrid } = plan;
  const { widthPx } = modelGrid;
  const lower = blendWeights(windows.windowHeightPx, windows.overlapPx, false, true).subarray(-windows.overlapPx);
  const finish = band === "entropy" ? entropyBytes : null;
  let carried = new Uint16Array(0);
  for (const [index, path] of swathPaths.entries()) {
    const runs = swathRuns(windows, index);
    const above = new Uint16Array(widthPx * runs.above.heightPx);
    const below = new Uint16Array(widthPx * runs.below.heightPx);
    const own = new Uint8Array(widthPx * runs.own.heightPx);
    const expected = { planHash: plan.hash, index, plane: band === "orientations" ? 1 : 0 };
    for await (const columns of readSwath(path, windows, expected)) {
      place(columns.above, columns, above, widthPx);
      place(columns.below, columns, below, widthPx);
      place(columns.own, columns, own, widthPx);
    }
    const shared = new Uint8Array(above.length);
    for (let row = 0; row < runs.above.heightPx; row++) {
      const weight = lower[row] ?? 0;
      for (let i = row * widthPx; i < (row + 1) * widthPx; i++)
        shared[i] = byteOfBlended[blendTwo(carried[i] ?? 0, above[i] ?? 0, weight)] ?? 0;
    }
    for (const [run, bytes] of [
      [runs.above, shared],
      [runs.own, own],
    ] as const) {
      if (run.heightPx === 0) continue;
      if (finish) for (let i = 0; i < bytes.length; i++) bytes[i] = finish[bytes[i] ?? 0] ?? 0;
      yield { ...run, bytes };
    }
    carried = below;
  }
}

function place<Values extends Uint8Array | Uint16Array>(
  from: Values,
  { colOff, widthPx }: { colOff: number; widthPx: number },
  to: Values,
  toWidthPx: number,
): void {
  for (let row = 0; row * widthPx < from.length; row++) to.set(from.subarray(row * widthPx, (row + 1) * widthPx), row * toWidthPx + colOff);
}
