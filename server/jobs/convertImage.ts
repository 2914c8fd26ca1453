import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cogBandRows, writeCog } from "@reefline/raster/cog/cogWriter";
import { rowBlocks } from "@reefline/raster/cog/rowBlocks";
import type { CountedBands } from "@reefline/raster/statistics/rasterStatistics";
import { attemptFolders } from "./attempts.ts";
import type { ImportParams, ImportSource } from "./importSource.ts";
import type { JobRun } from "./jobRun.ts";

/** Quality at which loss is hardly seen at survey scale; WebP needs less for the same. */
const QUALITY = { jpeg: 85, webp: 80 } as const;
const PARTS = "cog.parts";

/** The folder of this attempt, with the parts of the COG that an earlier one left. */
export async function importAttempt(run: JobRun, assetFolder: string): Promise<{ folder: string; attempts: readonly string[] }> {
  const { own, earlier } = await attemptFolders(assetFolder, run.lease);
  for (const attempt of earlier) {
    // Moved, not shared: a worker that has lost this job finds its folder gone and stops.
    const moved = await rename(join(attempt, PARTS), join(own, PARTS)).then(
      () => true,
      () => false,
    );
    if (moved) break;
  }
  return { folder: own, attempts: [own, ...earlier] };
}

/** Bytes of the COG under way that lie in an attempt's folder already. */
export async function bytesUnderWay(folder: string): Promise<number> {
  const names = await readdir(join(folder, PARTS)).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, PARTS, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What tells one source from another, so that parts of one never become part of another's image. */
async function sourceKey(params: ImportParams, paths: readonly string[]): Promise<string> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: -1 }));
      return [path, size, mtimeMs];
    }),
  );
  return JSON.stringify([files, params]);
}

/** Writes an import's image as a COG to `to`, going on with what an earlier attempt left in `folder`; counts its values on the way. */
export async function convertImage(
  run: JobRun,
  source: ImportSource,
  { params, folder, to }: { params: ImportParams; folder: string; to: string },
): Promise<CountedBands> {
  const { fileName } = source;
  const raster = await source.open(folder);
  const { grid, sampleType, bandNames } = raster;
  const bandCount = bandNames.length;
  const pixels = grid.widthPx * grid.heightPx;
  const rate = throughput(pixels);
  const codec = params.compress === "lossless" ? undefined : { kind: params.compress, quality: QUALITY[params.compress] };
  try {
    const { counts } = await writeCog(to, {
      grid,
      bandCount,
      sampleType,
      nodata: raster.maskKind === "nodata" ? raster.nodata : null,
      photometric: bandCount >= 3 ? "rgb" : "grey",
      hasMask: raster.maskKind === "alpha" || raster.maskKind === "internal",
      rows: (firstRow) => rowBlocks(raster, { bandRows: cogBandRows(grid, bandCount, sampleType), firstRow, signal: run.signal }),
      overviewResampling: "average",
      bandNames: [...bandNames],
      rawGeoKeys: raster.rawGeoKeys,
      codec,
      withStatistics: true,
      // What a crash costs is as long as it takes to notice one.
      resume: {
        folder: join(folder, PARTS),
        key: await sourceKey(params, source.paths),
        checkpointSeconds: run.store.config.leaseSeconds / 3,
      },
      signal: run.signal,
      onProgress: (fraction, resumed) => {
        run.wish();
        const { megapixelsPerSecond, secondsLeft } = rate(fraction - resumed, 1 - fraction);
        const speed = megapixelsPerSecond === null ? "" : `, ${megapixelsPerSecond.toPrecision(2)} megapixels a second`;
        const again = resumed > 0 ? `, gone on at ${Math.round(resumed * 100)} %` : "";
        run.progress({ message: `Storing ${fileName}${speed}${again}`, fraction, secondsLeft });
      },
    });
    return { counts: counts ?? [], pixels, approximate: false };
  } finally {
    await raster.close();
  }
}

/** Speed and time left from the fractions of the image done since now and left. */
function throughput(pixels: number) {
  const startedAt = Date.now();
  return (done: number, left: number) => {
    const seconds = (Date.now() - startedAt) / 1_000;
    const isKnown = seconds > 1 && done > 0.01;
    return {
      megapixelsPerSecond: isKnown ? (done * pixels) / 1e6 / seconds : null,
      secondsLeft: isKnown ? (seconds * left) / done : null,
    };
  };
}

/** Removes what attempts left once nothing needs it. */
export async function removeAttempts(attempts: readonly string[]): Promise<void> {
  for (const attempt of attempts) await rm(attempt, { recursive: true, force: true });
}
