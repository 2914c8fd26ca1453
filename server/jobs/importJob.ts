import { mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import { writeCog } from "@reefline/raster/cogWriter";
import { cogDiskNeedBytes } from "@reefline/raster/diskNeed";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import { bytesPerSample } from "@reefline/raster/newSamples";
import type { Raster } from "@reefline/raster/raster";
import { chooseStretch } from "@reefline/raster/stretch";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import type { SurveyImage } from "@reefline/schema/survey";
import { z } from "zod";
import { type Probe, probeFile } from "../assets/probe.ts";
import { copyAtomically, flushFile, newVersion, requireDisk } from "../assets/store.ts";
import { publishEvent } from "../storage/events.ts";
import { setSurveyImage, surveyById } from "../storage/surveys.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

const paramsSchema = z.object({ surveyId: z.string(), path: z.string(), fileName: z.string(), deleteSource: z.boolean() });

/** Probes a file, makes it a COG of ours unless it is one, and gives it to its survey. */
export async function importJob(run: JobRun): Promise<JobOutcome> {
  const params = paramsSchema.parse(run.job.params);
  const { store, signal } = run;
  await surveyById(store.db, params.surveyId);
  const source = await stat(params.path).catch(() => {
    throw new AppError("not-found", "import/no-file", `The file ${params.fileName} is not there any more. Add the survey again.`);
  });
  run.progress({ message: `Looking at ${params.fileName}`, fraction: 0, secondsLeft: null });
  const probe = await probeFile(params.path, store.config.limits, signal);

  const assetId = newId("asset");
  const folder = store.paths.asset(assetId);
  const need = probe.isCog ? source.size : cogDiskNeedBytes(probe.grid, probe.bandNames.length, probe.sampleType);
  const { sentence } = await requireDisk(store.paths.assets, need);
  run.progress({ message: `Storing ${params.fileName} (${sentence})`, fraction: 0, secondsLeft: null });
  await mkdir(folder, { recursive: true });
  const path = join(folder, "cog.tif");
  try {
    if (probe.isCog) await copyAtomically(params.path, path);
    else await convert(run, params.path, path, probe, params.fileName);
    const image = await describeImage(path, { assetId, version: newVersion(), fileName: params.fileName, limits: store.config.limits });
    return {
      result: { surveyId: params.surveyId, assetId, keptAsItWas: probe.isCog },
      publish: async (trx) => {
        await trx
          .insertInto("assets")
          .values({
            id: assetId,
            surveyId: params.surveyId,
            kind: "image",
            version: image.version,
            path: join("assets", assetId, "cog.tif"),
            sizeBytes: image.sizeBytes,
            createdAt: new Date().toISOString(),
          })
          .execute();
        await setSurveyImage(trx, params.surveyId, image);
        await publishEvent(trx, { kind: "survey", surveyId: params.surveyId });
      },
      afterwards: async () => {
        if (params.deleteSource) await deleteUpload(params.path, store.paths.uploads);
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** An upload lies beside its tus metadata; the demo's image in a folder of its own. */
async function deleteUpload(path: string, uploads: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
  if (dirname(path) !== uploads) await rm(dirname(path), { recursive: true, force: true });
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

async function convert(run: JobRun, from: string, to: string, probe: Probe, fileName: string): Promise<void> {
  const raster = await openGeoTiff(await openFileSource(from), run.store.config.limits);
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
    const stretches = await chooseStretch(raster);
    const nodata = raster.nodata !== null && Number.isFinite(raster.nodata) ? raster.nodata : null;
    return {
      assetId,
      version,
      grid: raster.grid,
      bounds: gridBounds(raster.grid),
      gsdMeters: gridGsdMeters(raster.grid),
      sampleType: raster.sampleType,
      bands: raster.bandNames.map((name, band) => ({ name, stretch: stretches[band] ?? { low: 0, high: 255 } })),
      maskKind: raster.maskKind,
      nodata,
      sizeBytes: (await stat(path)).size,
      sourceFileName: fileName,
    };
  } finally {
    await raster.close();
  }
}
