import type { Raster } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import type { SurveyImage } from "@reefline/schema/survey";
import { describeRaster } from "../assets/describeRaster.ts";
import { isCogLayout } from "../assets/isCogLayout.ts";
import { probeRemote } from "../assets/probe.ts";
import { publishImage } from "../assets/publishImage.ts";
import { openRasterPlace } from "../assets/rasterPlace.ts";
import { newVersion } from "../assets/store.ts";
import { openHttpSource } from "../remote/httpSource.ts";
import type { ImportParams } from "./importSource.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

/**
 * Gives a survey an image that stays at its web address: looked at here, pinned to what it is now, never copied.
 * @param withStatistics counts the bands' values on an overview
 */
export async function importRemote(
  run: JobRun,
  params: ImportParams & { url: string },
  withStatistics: (image: SurveyImage, raster: Raster) => Promise<SurveyImage>,
): Promise<JobOutcome> {
  const { store, signal } = run;
  const { limits, remote: guard } = store.config;
  run.progress({ message: `Looking at ${params.fileName}`, fraction: null, secondsLeft: null });
  const source = await openHttpSource(params.url, { guard, limits });
  const { place } = source;
  await source.close();
  const bytes = { kind: "remote", url: params.url, pinned: place, guard } as const;
  await probeRemote({ bytes, placed: null }, limits, signal);
  const raster = await openRasterPlace({ bytes, placed: null }, limits);
  try {
    if (!isCogLayout(raster)) {
      throw new AppError(
        "bad-input",
        "remote/not-cog",
        `${params.fileName} is not a Cloud-Optimized GeoTIFF, so reading it in place would be very slow. Have it copied here instead.`,
      );
    }
    const described = await describeRaster(raster, {
      assetId: newId("asset"),
      version: newVersion(),
      sizeBytes: place.sizeBytes,
      sourceFileName: params.fileName,
    });
    const image = { ...(await withStatistics(described, raster)), remote: place };
    return {
      result: {
        surveyId: params.surveyId,
        assetId: image.assetId,
        keptAsItWas: true,
        notes: [`It is read at ${new URL(params.url).host} and not copied.`],
      },
      publish: (trx) => publishImage(trx, params.surveyId, image, params.url),
    };
  } finally {
    await raster.close();
  }
}
