import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { readCacheBytes } from "@reefline/raster/cog/rowBlocks";
import { mosaicRaster } from "@reefline/raster/mosaic/mosaicRaster";
import { stackedRaster } from "@reefline/raster/mosaic/stackedRaster";
import type { Raster } from "@reefline/raster/raster";
import { BlockCache } from "@reefline/raster/tiff/blockCache";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import { AppError } from "@reefline/schema/errors";
import type { SurveyImage } from "@reefline/schema/survey";
import { z } from "zod";
import { type Probe, probeFile } from "../assets/probe.ts";
import { requireDisk } from "../assets/store.ts";
import { downloadFile } from "../remote/downloadFile.ts";
import type { Database } from "../storage/store.ts";
import type { JobRun } from "./jobRun.ts";

const fileSchema = z.object({ path: z.string(), fileName: z.string() });

/** What an import is made from. */
export const importParamsSchema = fileSchema.extend({
  surveyId: z.string(),
  deleteSource: z.boolean(),
  /** Further images of the same survey. */
  also: z.array(fileSchema).default([]),
  /** Which of several images is seen where they overlap. */
  onTop: z.enum(["last", "first"]).default("last"),
  /** Metres per pixel of several images together; null: the finest one's. */
  gsdMeters: z.number().positive().nullable().default(null),
  /** Files whose bands are put after the image's own. */
  bands: z.array(fileSchema.extend({ name: z.string().nullable() })).default([]),
  /** A web address instead of `path`. */
  url: z.string().nullable().default(null),
  /** Whether the file at the address is copied rather than read where it is. */
  copyHere: z.boolean().default(false),
  /** "jpeg" and "webp" lose detail and take 8-bit colours. */
  compress: z.enum(["lossless", "jpeg", "webp"]).default("lossless"),
  /** folder: `path` is a folder of photos. list: it is a file that names photos which were uploaded together. */
  photos: z.enum(["folder", "list"]).nullable().default(null),
});
export type ImportParams = z.infer<typeof importParamsSchema>;

/** The raster that an import stores. */
export interface ImportSource {
  readonly probe: Probe;
  /** The one file, when it is stored as it is. */
  readonly keptFile: string | null;
  /** @param scratch a folder of this attempt, for what lies aside while the raster is read */
  open(scratch: string): Promise<Raster>;
  /** The files it is made from; one that was copied from a web address is another one after every copy. */
  readonly paths: readonly string[];
  /** What the survey says its file is. */
  readonly fileName: string;
  /** What was done to make one image of several files, for the person who added them. */
  readonly notes: readonly string[];
  /** The bands' names, and black and white of 8-bit colours that became wider numbers, as only the sources know them. */
  named(image: SurveyImage): SurveyImage;
  /** Rows that come with the image, in the transaction that publishes it. */
  publish?(trx: Database): Promise<void>;
  /** Disk that `scratch` takes besides the image itself. */
  readonly scratchBytes?: number;
  /** Ends what was started to read the source, however the import ends. */
  close?(): void;
  /** Deletes what was uploaded or downloaded for this. */
  tidy(): Promise<void>;
}

/** Looks at every file of an import, in a process of its own each. @throws AppError that names the file that cannot be used. */
export async function importSource(run: JobRun, given: ImportParams): Promise<ImportSource> {
  const { store, signal } = run;
  const { limits } = store.config;
  const params = given.url === null ? given : { ...given, path: await download(run, given, given.url), deleteSource: true };
  const images = [{ path: params.path, fileName: params.fileName }, ...params.also];
  const several = images.length + params.bands.length > 1;
  const look = async ({ path, fileName }: z.infer<typeof fileSchema>): Promise<Probe> => {
    await stat(path).catch(() => {
      throw new AppError("not-found", "import/no-file", `The file ${fileName} is not there any more. Add the survey again.`);
    });
    run.progress({ message: `Looking at ${fileName}`, fraction: 0, secondsLeft: null });
    return probeFile(path, limits, signal).catch((error) => {
      throw several && error instanceof AppError ? new AppError(error.kind, error.code, `${fileName}: ${error.message}`) : error;
    });
  };
  const probes: Probe[] = [];
  for (const image of images) probes.push(await look(image));
  const extras: { path: string; fileName: string; names: string[]; probe: Probe }[] = [];
  for (const band of params.bands) {
    const probe = await look(band);
    extras.push({ ...band, probe, names: extraNames(band.name ?? stem(band.fileName), probe.bandNames.length) });
  }
  const [first] = probes;
  if (!first) throw new RangeError("an import has a file");
  refuseSeveralWithoutPlace(images, probes);
  refuseSameNames([...first.bandNames, ...extras.flatMap(({ names }) => names)]);

  // Of its own and small: the conversion's bands of rows need the memory.
  const cache = new BlockCache(readCacheBytes);
  const openOne = (path: string) => openGeoTiffFile(path, limits, cache);
  const open = async (): Promise<Raster> => {
    const opened: Raster[] = [];
    try {
      for (const { path } of [...images, ...extras]) opened.push(await openOne(path));
      const [only] = opened;
      const pictures = opened.slice(0, images.length);
      const base =
        pictures.length === 1 && only
          ? only
          : mosaicRaster(pictures, {
              gsdMeters: params.gsdMeters,
              onTop: params.onTop,
              names: images.map(({ fileName }) => fileName),
              maxPixels: limits.rasterPixels,
            });
      if (extras.length === 0) return base;
      const stacked = extras.map(({ names }, i) => {
        const raster = opened[images.length + i];
        if (!raster) throw new RangeError("every file was opened");
        return { raster, names };
      });
      return stackedRaster(base, stacked);
    } catch (error) {
      await Promise.all(opened.map((raster) => raster.close()));
      throw error;
    }
  };

  const tidy = async () => {
    if (!params.deleteSource) return;
    for (const { path } of [...images, ...extras]) await deleteUpload(path, store.paths.uploads);
  };
  const paths = [...images, ...extras].map(({ path }) => path);
  const asItIs = (image: SurveyImage) => image;
  if (!several) {
    return {
      probe: first,
      keptFile: first.isCog ? params.path : null,
      open,
      paths,
      fileName: params.fileName,
      notes: isPixelCrs(first.grid.crs) ? [withoutPlace] : [],
      named: asItIs,
      tidy,
    };
  }
  const whole = await open();
  const { grid, bandNames, sampleType } = whole;
  const blockHeightPx = whole.levels[0]?.blockHeightPx ?? 512;
  await whole.close();
  const wider = sampleType !== first.sampleType;
  return {
    probe: { grid: { ...grid }, bandNames: [...bandNames], sampleType, maskKind: "internal", nodata: null, blockHeightPx, isCog: false },
    keptFile: null,
    open,
    paths,
    fileName: images.length === 1 ? params.fileName : `${params.fileName} and ${images.length - 1} more`,
    notes: [
      ...(images.length > 1
        ? [`${images.length} images became one; where they overlap, ${params.onTop === "last" ? "the later" : "the earlier"} one is seen.`]
        : []),
      ...extras.map(
        ({ names, fileName }) =>
          `${names.join(", ")} ${names.length === 1 ? "comes" : "come"} from ${fileName}; the survey holds no measurement where that file holds none.`,
      ),
      ...(wider ? [`Samples are stored as ${sampleType} instead of ${first.sampleType}, so that every band fits.`] : []),
    ],
    named: (image) => ({
      ...image,
      bands: image.bands.map((band, index) => ({
        ...band,
        name: bandNames[index] ?? band.name,
        // A model that learnt from 8-bit colours sees the same ones.
        stretch: index < first.bandNames.length && first.sampleType === "uint8" ? { low: 0, high: 255 } : band.stretch,
      })),
    }),
    tidy,
  };
}

const stem = (fileName: string): string =>
  fileName
    .replace(/\.[^.]*$/, "")
    .trim()
    .slice(0, 40) || "band";

function extraNames(name: string, count: number): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, band) => `${name}-${band + 1}`);
}

const withoutPlace =
  "This file names no coordinate system, so it is shown and measured in pixels. If you know the EPSG code, add it with gdal_edit.py -a_srs EPSG:CODE file.tif (or, in QGIS, Raster, Projections, Assign Projection) and add the file again.";

function refuseSeveralWithoutPlace(images: readonly { readonly fileName: string }[], probes: readonly Probe[]): void {
  const index = probes.findIndex(({ grid }) => isPixelCrs(grid.crs));
  if (images.length < 2 || index < 0) return;
  throw new AppError(
    "bad-input",
    "import/no-place",
    `${images[index]?.fileName} names no coordinate system, so nothing says where it lies beside the others. Add it as a survey of its own, or add a folder of photos.`,
  );
}

function refuseSameNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new AppError("bad-input", "import/band-name", `Two bands would be called "${twice}". Give the extra band another name.`);
}

/** Copies the file at an address into the uploads, where it is swept up when this import never ends. */
async function download(run: JobRun, { fileName }: ImportParams, url: string): Promise<string> {
  const { store, signal } = run;
  const path = join(store.paths.uploads, `remote-${run.job.id}.tif`);
  const message = `Copying ${fileName}`;
  run.progress({ message, fraction: 0, secondsLeft: null });
  const startedAt = Date.now();
  try {
    await downloadFile(
      url,
      path,
      { guard: store.config.remote, limits: store.config.limits },
      {
        maxBytes: store.config.limits.uploadBytes,
        signal,
        // The file itself and the image made of it.
        onSize: async (size) => {
          if (size !== null) await requireDisk(store.paths.uploads, 2 * size);
        },
        onProgress: (done, size) => {
          const fraction = size === null ? null : done / size;
          const seconds = (Date.now() - startedAt) / 1_000;
          run.progress({ message, fraction, secondsLeft: fraction !== null && seconds > 2 ? seconds * (1 / fraction - 1) : null });
        },
      },
    );
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** An upload lies beside its tus metadata; the demo's image in a folder of its own. */
async function deleteUpload(path: string, uploads: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.json`, { force: true });
  if (dirname(path) !== uploads) await rm(dirname(path), { recursive: true, force: true });
}
