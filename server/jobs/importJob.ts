import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeCog } from "@reefline/raster/cogWriter";
import { cogDiskNeedBytes } from "@reefline/raster/diskNeed";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import { bytesPerSample } from "@reefline/raster/newSamples";
import type { Raster } from "@reefline/raster/raster";
import { newId } from "@reefline/schema/ids";
import type { SurveyImage } from "@reefline/schema/survey";
import { describeRaster } from "../assets/describeRaster.ts";
import type { Probe } from "../assets/probe.ts";
import { publishImage } from "../assets/publishImage.ts";
import { copyAtomically, flushFile, newVersion, requireDisk } from "../assets/store.ts";
import { surveyById } from "../storage/surveys.ts";
import { importRemote } from "./importRemote.ts";
import { type ImportSource, importParamsSchema, importSource } from "./importSource.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

/** Probes what a survey is made from, makes it a COG of ours unless it is one, and gives it to its survey. */
export async function importJob(run: JobRun): Promise<JobOutcome> {
  const params = importParamsSchema.parse(run.job.params);
  const { store } = run;
  await surveyById(store.db, params.surveyId);
  const { url } = params;
  if (url !== null && !params.copyHere) return importRemote(run, { ...params, url });
  const source = await importSource(run, params);
  const { probe, fileName, keptFile, notes } = source;

  const assetId = newId("asset");
  const folder = store.paths.asset(assetId);
  const need = keptFile ? (await stat(keptFile)).size : cogDiskNeedBytes(probe.grid, probe.bandNames.length, probe.sampleType);
  const { sentence } = await requireDisk(store.paths.assets, need);
  run.progress({ message: `Storing ${fileName} (${sentence})`, fraction: 0, secondsLeft: null });
  await mkdir(folder, { recursive: true });
  const path = join(folder, "cog.tif");
  try {
    if (keptFile) await copyAtomically(keptFile, path);
    else await convert(run, source, path);
    const image = source.named(await describeImage(path, { assetId, version: newVersion(), fileName, limits: store.config.limits }));
    return {
      result: { surveyId: params.surveyId, assetId, keptAsItWas: keptFile !== null, notes: [...notes] },
      publish: (trx) => publishImage(trx, params.surveyId, image, join("assets", assetId, "cog.tif")),
      afterwards: source.tidy,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const swathBytes = 96 * 2 ** 20;

/** Whole rows of a raster, a few at a time: as many as one row of its blocks holds, within a memory limit. */
async function* rowBlocks(raster: Raster, probe: Probe, signal: AbortSignal) {
  const { widthPx, heightPx } = raster.grid;
  const rowBytes = widthPx * (raster.bandNames.length * bytesPerSample[raster.sampleType] + 1);
  const blockRows = Math.min(512, Math.max(64, probe.blockHeightPx));
  const rows = Math.max(1, Math.min(blockRows, Math.floor(swathBytes / rowBytes)));
  for (let rowOff = 0; rowOff < heightPx; rowOff += rows) {
    const height = Math.min(rows, heightPx - rowOff);
    const array = await raster.read({ colOff: 0, rowOff, widthPx, heightPx: height }, { signal });
    yield { rowOff, heightPx: height, array };
  }
}

async function convert(run: JobRun, source: ImportSource, to: string): Promise<void> {
  const { probe, fileName } = source;
  const raster = await source.open();
  const startedAt = Date.now();
  try {
    await writeCog(to, {
      grid: raster.grid,
      bandCount: raster.bandNames.length,
      sampleType: raster.sampleType,
      nodata: raster.maskKind === "nodata" ? raster.nodata : null,
      photometric: raster.bandNames.length >= 3 ? "rgb" : "grey",
      hasMask: raster.maskKind === "alpha" || raster.maskKind === "internal",
      rows: rowBlocks(raster, probe, run.signal),
      overviewResampling: "average",
      bandNames: [...raster.bandNames],
      rawGeoKeys: raster.rawGeoKeys,
      signal: run.signal,
      onProgress: (fraction) => {
        const secondsLeft = fraction > 0.02 ? ((Date.now() - startedAt) / 1_000) * (1 / fraction - 1) : null;
        run.progress({ message: `Storing ${fileName}`, fraction, secondsLeft });
      },
    });
    await flushFile(to);
  } finally {
    await raster.close();
  }
}

/** The stored image as tiles, panels and models need to know it. */
export async function describeImage(
  path: string,
  { assetId, version, fileName, limits }: { assetId: string; version: string; fileName: string; limits: Parameters<typeof openGeoTiff>[1] },
): Promise<SurveyImage> {
  const raster = await openGeoTiff(await openFileSource(path), limits);
  try {
    return await describeRaster(raster, { assetId, version, sizeBytes: (await stat(path)).size, sourceFileName: fileName });
  } finally {
    await raster.close();
  }
}
