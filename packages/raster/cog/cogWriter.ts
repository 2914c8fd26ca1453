import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import { z } from "zod";
import { bytesPerSample } from "../decode/newSamples.ts";
import type { BandCount } from "../statistics/bandStatistics.ts";
import { countsFromJson, countsToJson } from "./bandCountJson.ts";
import type { CogWork } from "./cogTasks.ts";
import { startCogTasks } from "./cogThreads.ts";
import type { TileCodec } from "./cogTile.ts";
import { assembleCog, type ColourTable, type ValueScale } from "./cogWriterAssembly.ts";
import type { RawGeoKeys } from "./cogWriterGeoTags.ts";
import { type CogLevels, cogLevels, layOutLevels, tilePxFor } from "./cogWriterLevels.ts";
import { type CogParts, openCogParts } from "./cogWriterParts.ts";
import { type OverviewResampling, pyramidSizes } from "./overviewPyramid.ts";
import type { RowBlock, RowsToRead } from "./rowBlock.ts";

export type { RowBlock } from "./rowBlock.ts";

export interface CogOptions {
  readonly grid: Grid;
  /** Data bands; alpha is not one of them: it travels in `array.valid` and becomes the mask. */
  readonly bandCount: number;
  readonly sampleType: SampleType;
  /** Declared in the file and written where a pixel is not valid. */
  readonly nodata?: number | null;
  /** How the first bands are shown: three as red, green, blue, or one as grey. Bands beyond are extra samples. */
  readonly photometric: "rgb" | "grey";
  /** Write `array.valid` as an internal one-bit mask. */
  readonly hasMask: boolean;
  /** The image's rows; to resume, a function that gives them from a row on. */
  readonly rows: AsyncIterable<RowBlock | RowsToRead> | ((firstRow: number) => AsyncIterable<RowBlock | RowsToRead>);
  /** Value written under the mask where no nodata value is declared; 0 unless given. */
  readonly noDataByte?: number;
  readonly overviewResampling: OverviewResampling;
  readonly bandNames?: readonly string[];
  /** The source file's own GeoKeys, for a CRS without an EPSG code. */
  readonly rawGeoKeys?: RawGeoKeys;
  /** For one 8-bit band: the colours that GIS programs show its values in. */
  readonly colourTable?: ColourTable;
  /** For one band: what GIS programs make of its values. */
  readonly valueScale?: ValueScale;
  /** Lossless unless given. */
  readonly codec?: TileCodec;
  /** "auto" (default): BigTIFF when the file passes 4 GB. */
  readonly bigTiff?: "auto" | "always";
  /** Count minimum, maximum, mean, standard deviation and histogram of every band on the way. */
  readonly withStatistics?: boolean;
  /**
   * Go on where an earlier attempt stopped. Parts wait in `folder`, which is kept when writing fails or is stopped and removed when the
   * file is whole; they are used if `key`, whatever tells one source from another, is the same.
   */
  readonly resume?: { readonly folder: string; readonly key: string; readonly checkpointSeconds?: number };
  /** Threads that encode; one per processor (eight at most) unless given, none for images of a few tiles. */
  readonly threads?: number;
  /** 0 to 1, of the whole image; `resumed` is the fraction that an earlier attempt had done. */
  readonly onProgress?: (fraction: number, resumed: number) => void;
  readonly signal?: AbortSignal;
}

export interface WrittenCog {
  /** Per data band, null where no pixel is valid; null if not asked for. */
  readonly counts: (BandCount | null)[] | null;
  /** Rows that an earlier attempt had written. */
  readonly resumedRows: number;
}

/** Changes when the same pixels would become other bytes. */
const WRITER_VERSION = 3;
const LOSSLESS: TileCodec = { kind: "deflate" };
const SMALLEST_LEVEL_PX = 512;
/** An image of fewer tiles is written without threads. */
const TILES_WORTH_THREADS = 8;
const CHECKPOINT_SECONDS = 10;
/** After as many bands nearly no row waits for the coarser levels, so that a checkpoint is small. */
const BANDS_BETWEEN_CHECKPOINTS = 4;
/** Share of the work that is putting the file together. */
const ASSEMBLY_SHARE = 0.05;

function bytesPerPixel({ bandCount, sampleType }: CogOptions): number {
  return bandCount * bytesPerSample[sampleType];
}

/** Rows that the writer takes as one band: blocks of part of the width must not reach over its multiples. */
export function cogBandRows(grid: Grid, bandCount: number, sampleType: SampleType): number {
  const tilePx = tilePxFor(grid.widthPx, bandCount * bytesPerSample[sampleType]);
  return grid.widthPx === tilePx && grid.heightPx > tilePx ? tilePx / 2 : tilePx;
}

type Due = { row: number; col: number };

function checkRows({ rowOff, heightPx }: RowsToRead, due: Due, { grid }: CogOptions): void {
  if (rowOff === due.row && due.col === 0 && heightPx > 0 && rowOff + heightPx <= grid.heightPx) return;
  throw new AppError(
    "internal",
    "raster/cog-rows-mismatch",
    `Rows for the image file do not fit: rows ${rowOff} to ${rowOff + heightPx} arrived where column ${due.col} of row ${due.row} of ${grid.widthPx} × ${grid.heightPx} px was due. Please report this.`,
  );
}

function checkBlock(block: RowBlock, due: Due, { grid, bandCount, sampleType }: CogOptions): void {
  const { array, colOff = 0 } = block;
  const facts =
    block.rowOff === due.row &&
    colOff === due.col &&
    block.rowOff + block.heightPx <= grid.heightPx &&
    colOff + array.widthPx <= grid.widthPx &&
    (block.colOff !== undefined || array.widthPx === grid.widthPx) &&
    array.heightPx === block.heightPx &&
    array.bandCount === bandCount &&
    array.sampleType === sampleType &&
    array.data.length === array.widthPx * array.heightPx * bandCount &&
    array.valid.length === array.widthPx * array.heightPx;
  if (facts) return;
  throw new AppError(
    "internal",
    "raster/cog-rows-mismatch",
    `Rows for the image file do not fit: column ${colOff} of row ${block.rowOff}, ${array.widthPx} × ${array.heightPx} px, ${array.bandCount} ${array.sampleType} bands arrived where column ${due.col} of row ${due.row} of ${grid.widthPx} × ${grid.heightPx} px, ${bandCount} ${sampleType} bands was due. Please report this.`,
  );
}

function checkCodec(codec: TileCodec, { sampleType, bandCount }: CogOptions): void {
  const fits = sampleType === "uint8" && (bandCount === 3 || (bandCount === 1 && codec.kind === "jpeg"));
  if (codec.kind === "deflate" || fits) return;
  throw new AppError(
    "bad-input",
    "raster/codec-unsuitable",
    `${codec.kind === "jpeg" ? "JPEG" : "WebP"} stores 8-bit red, green and blue${codec.kind === "jpeg" ? ", or 8-bit grey" : ""}, and this image has ${bandCount} ${sampleType} band${bandCount === 1 ? "" : "s"}: store it without loss.`,
  );
}

function cancelled(): AppError {
  return new AppError("cancelled", "raster/cog-cancelled", "Writing the image file was cancelled.");
}

/** What the file system says, in words where a person can do something about it. */
function explained(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new AppError(
    "unavailable",
    "raster/disk-full",
    "The disk became full while the image was being written. Nothing else was changed: make room, or choose another data folder, and try again.",
  );
}

/** What decides the bytes of a file besides its pixels. */
function resumeKey(options: CogOptions, codec: TileCodec): string {
  const { grid, bandCount, sampleType, nodata, photometric, hasMask, noDataByte, overviewResampling, bandNames, rawGeoKeys, bigTiff } =
    options;
  const facts = {
    grid,
    bandCount,
    sampleType,
    nodata: String(nodata),
    photometric,
    hasMask,
    noDataByte,
    overviewResampling,
    bandNames,
    rawGeoKeys,
    bigTiff,
  };
  const text = JSON.stringify([WRITER_VERSION, process.versions.zlib, codec, facts, options.withStatistics ?? false, options.resume?.key]);
  return createHash("sha256").update(text).digest("hex");
}

/**
 * Writes a cloud-optimized GeoTIFF from rows that arrive top to bottom: tiles of 512 px (smaller in very wide images), deflate with
 * predictor unless another codec is asked for, overviews down to one tile, internal mask, GDAL's structural metadata. Tiles are encoded
 * and overviews made in threads, in one pass over the rows. Memory holds up to three bands of tile height, 500 MB at most.
 * A COG's overviews stand before its full resolution, so every level waits in parts beside `path` (see diskNeed.ts) until the last row
 * is in; with `resume` a later attempt goes on from the last whole part and its file has the same bytes. The file is flushed and renamed
 * into place: it is there whole, or not at all.
 *
 * Throws AppError: `raster/cog-rows-mismatch`, `raster/crs-without-code`, `raster/codec-unsuitable`, `raster/cog-cancelled`,
 * `raster/disk-full`; and other file system errors as they come.
 */
export async function writeCog(path: string, options: CogOptions): Promise<WrittenCog> {
  const { grid, bandCount, sampleType, hasMask, overviewResampling, signal, onProgress, resume } = options;
  const nodata = options.nodata ?? null;
  const codec = options.codec ?? LOSSLESS;
  checkCodec(codec, options);
  const sizes = pyramidSizes(grid.widthPx, grid.heightPx, SMALLEST_LEVEL_PX);
  const tilePx = tilePxFor(grid.widthPx, bytesPerPixel(options));
  const format = { bandCount, sampleType, hasMask, fillValue: nodata ?? options.noDataByte ?? 0, codec };
  const work: CogWork = { format, levels: layOutLevels(sizes, tilePx, format), nodata, resampling: overviewResampling };
  const folder = resume?.folder ?? `${path}.${randomBytes(6).toString("hex")}.parts`;
  const tiles = Math.ceil(grid.widthPx / tilePx) * Math.ceil(grid.heightPx / tilePx);
  const pool = startCogTasks(work, tiles < TILES_WORTH_THREADS ? 0 : options.threads);
  let parts: CogParts | null = null;
  let isWhole = false;
  const onAbort = () => void pool.close();
  try {
    if (signal?.aborted) throw cancelled();
    signal?.addEventListener("abort", onAbort);
    parts = await openCogParts(folder, resumeKey(options, codec), sizes.length);
    const levels = cogLevels(work, pool, parts, options.withStatistics ?? false);
    const resumedRows = await resumeLevels(levels, parts);
    const resumed = (1 - ASSEMBLY_SHARE) * (resumedRows / grid.heightPx);
    const progress = (fraction: number) => onProgress?.(fraction, resumed);
    await writeParts(levels, parts, { ...options, onProgress: progress }, resumedRows);
    await assembleCog(path, parts, {
      temporary: join(folder, "assembled.tif"),
      levels: work.levels,
      tags: {
        grid,
        bandCount,
        sampleType,
        nodata,
        photometric: options.photometric,
        hasMask,
        overviewResampling,
        bandNames: options.bandNames ?? [],
        rawGeoKeys: options.rawGeoKeys,
        bigTiff: options.bigTiff ?? "auto",
        codec,
        colourTable: options.colourTable,
        valueScale: options.valueScale,
      },
      onProgress: (fraction) => progress(1 - ASSEMBLY_SHARE * (1 - fraction)),
      signal,
    });
    isWhole = true;
    progress(1);
    return { counts: options.withStatistics ? levels.counts : null, resumedRows };
  } catch (error) {
    throw signal?.aborted ? cancelled() : explained(error);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await pool.close();
    await parts?.abandon();
    if (isWhole || resume === undefined) await rm(folder, { recursive: true, force: true });
  }
}

const notesSchema = z.object({ counts: z.array(z.unknown()) });

async function resumeLevels(levels: CogLevels, parts: CogParts): Promise<number> {
  const last = parts.finished.at(-1);
  const state = await parts.readState();
  if (last === undefined || state === null) return 0;
  levels.restore(last.rowsDone, state);
  levels.counts.splice(0, Number.POSITIVE_INFINITY, ...countsFromJson(notesSchema.parse(last.notes).counts));
  return last.rowsDone;
}

async function writeParts(
  levels: CogLevels,
  parts: CogParts,
  options: Omit<CogOptions, "onProgress"> & { onProgress: (fraction: number) => void },
  resumedRows: number,
): Promise<void> {
  const { grid, rows, resume, signal, onProgress } = options;
  const due = { row: resumedRows, col: 0 };
  if (resumedRows === grid.heightPx) return;
  if (resumedRows > 0 && typeof rows !== "function") throw new RangeError("rows that begin at the top cannot be resumed");
  const finishPart = async (durable: boolean) => {
    await levels.settle();
    await parts.finishPart(levels.rowsDone, levels.state(), { counts: countsToJson(levels.counts) }, durable);
  };
  const checkpointMs = (resume?.checkpointSeconds ?? CHECKPOINT_SECONDS) * 1_000;
  const bandRows = cogBandRows(grid, options.bandCount, options.sampleType);
  let bandsDone = Math.floor(resumedRows / bandRows);
  let checkpointAt = Date.now();
  for await (const block of typeof rows === "function" ? rows(resumedRows) : rows) {
    if (signal?.aborted) throw cancelled();
    if ("fill" in block) {
      checkRows(block, due, options);
      await levels.read(block);
    } else {
      checkBlock(block, due, options);
      await levels.push(block);
      const right = due.col + block.array.widthPx;
      due.col = right < grid.widthPx ? right : 0;
      if (due.col > 0) continue;
    }
    due.row += block.heightPx;
    onProgress((1 - ASSEMBLY_SHARE) * (due.row / grid.heightPx));
    const bands = Math.floor(levels.rowsDone / bandRows);
    if (resume === undefined || bands === bandsDone || levels.rowsDone !== due.row || due.row === grid.heightPx) continue;
    bandsDone = bands;
    const waited = Date.now() - checkpointAt;
    if (waited < checkpointMs || (bands % BANDS_BETWEEN_CHECKPOINTS !== 0 && waited < 3 * checkpointMs)) continue;
    await finishPart(true);
    checkpointAt = Date.now();
  }
  if (due.row !== grid.heightPx) {
    throw new AppError(
      "internal",
      "raster/cog-rows-mismatch",
      `The image ended at row ${due.row} of ${grid.heightPx}, so its file was not written. Please report this.`,
    );
  }
  // A short conversion is sooner done again than flushed.
  await finishPart(resume !== undefined && (parts.finished.length > 0 || Date.now() - checkpointAt >= checkpointMs));
}
