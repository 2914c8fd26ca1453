import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cogDiskNeedBytes } from "@reefline/raster/cog/diskNeed";
import { stretchOf } from "@reefline/raster/statistics/bandStatistics";
import { type CountedBands, countRaster, storedStatistics } from "@reefline/raster/statistics/rasterStatistics";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { idPrefixes } from "@reefline/schema/ids";
import type { SurveyImage } from "@reefline/schema/survey";
import { describeRaster } from "../assets/describeRaster.ts";
import { publishImage } from "../assets/publishImage.ts";
import { copyAtomically, newVersion, requireDisk } from "../assets/store.ts";
import { surveyById } from "../storage/surveys.ts";
import { bytesUnderWay, convertImage, importAttempt, removeAttempts } from "./convertImage.ts";
import { importRemote } from "./importRemote.ts";
import { type ImportParams, type ImportSource, importParamsSchema, importSource } from "./importSource.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";
import { photoSource } from "./photoSource.ts";

/** Probes what a survey is made from, makes it a COG of ours unless it is one, and gives it to its survey. */
export async function importJob(run: JobRun): Promise<JobOutcome> {
  const params = importParamsSchema.parse(run.job.params);
  const { store } = run;
  await surveyById(store.db, params.surveyId);
  const { url } = params;
  if (url !== null && !params.copyHere) {
    return importRemote(run, { ...params, url }, async (image, raster) => withStatistics(image, await countRaster(raster)));
  }
  const source = params.photos ? await photoSource(run, params) : await importSource(run, params);
  try {
    return await storeSource(run, params, source);
  } finally {
    source.close?.();
  }
}

async function storeSource(run: JobRun, params: ImportParams, source: ImportSource): Promise<JobOutcome> {
  const { store } = run;
  const { probe, fileName, keptFile, notes } = source;

  // The same for every attempt of this job, so that one goes on with what another left.
  const assetId = `${idPrefixes.asset}_${run.job.id.slice(idPrefixes.job.length + 1)}`;
  const folder = store.paths.asset(assetId);
  const kept = params.compress === "lossless" ? keptFile : null;
  const need = kept
    ? (await stat(kept)).size
    : cogDiskNeedBytes(probe.grid, probe.bandNames.length, probe.sampleType) + (source.scratchBytes ?? 0);
  await mkdir(folder, { recursive: true });
  try {
    const attempt = await importAttempt(run, folder);
    const { sentence } = await requireDisk(store.paths.assets, Math.max(0, need - (await bytesUnderWay(attempt.folder))));
    run.progress({ message: `Storing ${fileName} (${sentence})`, fraction: 0, secondsLeft: null });
    const written = join(attempt.folder, "cog.tif");
    if (kept) await copyAtomically(kept, written);
    const counted = kept ? null : await convertImage(run, source, { params, folder: attempt.folder, to: written });
    const described = await describeImage(written, { assetId, version: newVersion(), fileName, limits: store.config.limits, counted });
    const image = source.named(described);
    return {
      result: { surveyId: params.surveyId, assetId, keptAsItWas: kept !== null, notes: [...notes] },
      publish: async (trx) => {
        await rename(written, join(folder, "cog.tif"));
        await publishImage(trx, params.surveyId, image, join("assets", assetId, "cog.tif"));
        await source.publish?.(trx);
      },
      afterwards: async () => {
        await removeAttempts(attempt.attempts);
        await source.tidy();
      },
    };
  } catch (error) {
    // Given back or taken over: the next attempt goes on with the parts.
    const wish = run.wish();
    if (wish !== "release" && wish !== "lost") await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The stored image as tiles, panels and models need to know it; its values are counted on an overview where nobody counted them before. */
async function describeImage(
  path: string,
  {
    assetId,
    version,
    fileName,
    limits,
    counted = null,
  }: { assetId: string; version: string; fileName: string; limits: Parameters<typeof openGeoTiff>[1]; counted?: CountedBands | null },
): Promise<SurveyImage> {
  const raster = await openGeoTiff(await openFileSource(path), limits);
  try {
    const image = await describeRaster(raster, { assetId, version, sizeBytes: (await stat(path)).size, sourceFileName: fileName });
    return withStatistics(image, counted ?? (await countRaster(raster)));
  } finally {
    await raster.close();
  }
}

/** The image with its bands' statistics, and black and white of wider samples at their 2nd and 98th percentile. */
export function withStatistics(image: SurveyImage, counted: CountedBands): SurveyImage {
  const statistics = storedStatistics(counted);
  return {
    ...image,
    bands: image.bands.map((band, i) => {
      const count = counted.counts[i] ?? null;
      const stretch = (image.sampleType !== "uint8" && count !== null ? stretchOf(count) : null) ?? band.stretch;
      return { ...band, stretch, statistics: statistics[i] ?? null };
    }),
  };
}
