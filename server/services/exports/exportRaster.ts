import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type CogOptions, type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import type { ColourTable } from "@reefline/raster/cog/cogWriterAssembly";
import { classColours } from "@reefline/schema/classColours";
import { AppError } from "@reefline/schema/errors";
import { byteOfThreshold, type Prediction, probabilityNodata } from "@reefline/schema/prediction";
import { openAsset } from "../../assets/openAsset.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { surveyById } from "../../storage/surveys.ts";
import type { ExportFile } from "./exportFile.ts";
import { safeFileName } from "./exportLayer.ts";

export const rasterKinds = ["probability", "mask", "classes", "uncertainty"] as const;
export type RasterKind = (typeof rasterKinds)[number];

const maskNodata = 255;
const rowsAtOnce = 512;
type Stop = readonly [at: number, colour: readonly [number, number, number]];
/** Dark to light in even steps of lightness, so that grey print and colour-blind eyes read them too (viridis and cividis, sampled). */
const viridis: readonly Stop[] = [
  [0, [68, 1, 84]],
  [0.25, [59, 82, 139]],
  [0.5, [33, 145, 140]],
  [0.75, [94, 201, 98]],
  [1, [253, 231, 37]],
];
const cividis: readonly Stop[] = [
  [0, [0, 34, 78]],
  [0.25, [65, 77, 107]],
  [0.5, [124, 123, 120]],
  [0.75, [188, 175, 111]],
  [1, [254, 232, 56]],
];
const maskColours = { empty: [222, 222, 222], reef: [14, 124, 123] } as const;

/** Values 1 to 255 along the ramp; 0 is nodata. */
function rampTable(stops: readonly Stop[]): ColourTable {
  return Array.from({ length: 256 }, (_, value) => {
    const at = Math.max(0, value - 1) / 254;
    const next = Math.max(
      1,
      stops.findIndex(([stop]) => stop >= at),
    );
    const [from, to] = [stops[next - 1], stops[next]];
    if (!from || !to) return [0, 0, 0];
    const share = (at - from[0]) / (to[0] - from[0]);
    const [red = 0, green = 0, blue = 0] = from[1].map((low, i) => Math.round(low + share * ((to[1][i] ?? 0) - low)));
    return [red, green, blue];
  });
}

/** Why a finished prediction has no raster of a kind. */
const absent = {
  classes:
    "This prediction tells reef from everything else, not one class of reef from another. Train a model with classes, and predict with it.",
  uncertainty: "This prediction was made without its uncertainty. Predict again with it switched on (Advanced).",
};
const unfinished = "This prediction is not finished. Wait for it, or predict again.";

/**
 * A prediction's probability (value · 1/254 − 1/254, nodata 0), uncertainty (likewise), mask (1 reef, 0 not, nodata 255), or classes (0 no
 * reef at the threshold, k the k-th class, nodata 255; which is which says the band's name) as a COG with a colour table.
 * @throws AppError `export/no-raster` when the prediction has none
 */
export async function exportRaster(
  ctx: Context,
  prediction: Prediction,
  kind: RasterKind,
  threshold: number,
  signal?: AbortSignal,
): Promise<ExportFile> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const survey = await surveyById(ctx.store.db, prediction.surveyId);
  const { raster: probability, classRaster, uncertainty } = prediction;
  const no = (message: string) => new AppError("not-found", "export/no-raster", message);
  if (!probability) throw no(unfinished);
  if (kind === "uncertainty" && !uncertainty) throw no(absent.uncertainty);
  if (kind === "classes" && !classRaster) throw no(absent.classes);
  const { assetId } = (kind === "uncertainty" && uncertainty) || probability;
  const names = kind === "classes" ? (classRaster?.classes ?? []) : [];
  const outcome: ExportFile["outcome"] = { featureCount: 0, notes: [] };
  const fileName = `${safeFileName(survey.name)}-${kind}.tif`;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const folder = join(ctx.store.paths.cache, `export-${randomBytes(6).toString("hex")}`);
    await mkdir(folder, { recursive: true });
    const raster = await openAsset(ctx.store, assetId);
    const told = kind === "classes" && classRaster ? await openAsset(ctx.store, classRaster.assetId) : null;
    try {
      const { widthPx, heightPx } = raster.grid;
      const least = byteOfThreshold(threshold);
      async function* rows(): AsyncGenerator<RowBlock> {
        for (let rowOff = 0; rowOff < heightPx; rowOff += rowsAtOnce) {
          const height = Math.min(rowsAtOnce, heightPx - rowOff);
          const window = { colOff: 0, rowOff, widthPx, heightPx: height };
          const array = await raster.read(window, { signal });
          const ofClass = told && (await told.read(window, { signal })).data;
          const data =
            kind === "mask" || ofClass ? Uint8Array.from(array.data, (value, i) => maskValue(value, least, ofClass?.[i] ?? 1)) : array.data;
          yield { rowOff, heightPx: height, array: { ...array, data } };
        }
      }
      const path = join(folder, fileName);
      const common: Omit<CogOptions, "overviewResampling"> = {
        grid: raster.grid,
        rawGeoKeys: raster.rawGeoKeys,
        bandCount: 1,
        sampleType: "uint8",
        photometric: "grey",
        hasMask: false,
        bandNames: [names.length > 0 ? names.map((name, k) => `${k + 1} ${name}`).join(", ") : kind],
        rows: rows(),
        signal,
      };
      await writeCog(
        path,
        kind === "mask" || kind === "classes"
          ? { ...common, nodata: maskNodata, overviewResampling: "nearest", colourTable: kind === "mask" ? maskTable() : classTable(names) }
          : {
              ...common,
              nodata: probabilityNodata,
              overviewResampling: "average",
              colourTable: rampTable(kind === "probability" ? viridis : cividis),
              valueScale: { scale: 1 / 254, offset: -1 / 254 },
            },
      );
      yield* createReadStream(path);
    } finally {
      await Promise.all([raster.close(), told?.close()]);
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { fileName, contentType: "image/tiff; application=geotiff; profile=cloud-optimized", pieces: pieces(), outcome };
}

const maskValue = (value: number, least: number, reef: number): number =>
  value === probabilityNodata ? maskNodata : value >= least ? reef : 0;

function maskTable(): ColourTable {
  return Array.from({ length: 256 }, (_, value) => (value === 0 ? maskColours.empty : value === 1 ? maskColours.reef : [0, 0, 0]));
}

function classTable(names: readonly string[]): ColourTable {
  const colours = classColours(names);
  return Array.from({ length: 256 }, (_, value) => {
    if (value === 0) return maskColours.empty;
    const hex = colours.get(names[value - 1] ?? "") ?? "#000000";
    const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
    return [part(1), part(3), part(5)];
  });
}
