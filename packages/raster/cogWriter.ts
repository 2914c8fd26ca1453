import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import type { RasterArray } from "./array.ts";
import { assembleCog } from "./cogWriterAssembly.ts";
import type { RawGeoKeys } from "./cogWriterGeoTags.ts";
import { type LevelSpool, openLevelSpool } from "./cogWriterLevel.ts";
import {
  averagingHalver,
  type LevelSize,
  nearestHalver,
  type OverviewResampling,
  pyramidSizes,
  type RowHalver,
} from "./overviewPyramid.ts";

export const COG_TILE_PX = 512;

/** Validators take a level exactly one tile wide for a striped one: there two tiles go across. */
function tilePxFor(size: LevelSize): number {
  return size.widthPx === COG_TILE_PX && size.heightPx > COG_TILE_PX ? COG_TILE_PX / 2 : COG_TILE_PX;
}

/** Whole rows of the image, `array.widthPx` wide; blocks follow each other top to bottom without a gap, of any height. */
export interface RowBlock {
  readonly rowOff: number;
  readonly heightPx: number;
  readonly array: RasterArray;
}

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
  readonly rows: AsyncIterable<RowBlock>;
  /** Value written under the mask where no nodata value is declared; 0 unless given. */
  readonly noDataByte?: number;
  readonly overviewResampling: OverviewResampling;
  readonly bandNames?: readonly string[];
  /** The source file's own GeoKeys, for a CRS without an EPSG code. */
  readonly rawGeoKeys?: RawGeoKeys;
  /** Deflate level 1–9; 6 unless given. */
  readonly compressionLevel?: number;
  /** "auto" (default): BigTIFF when the file passes 4 GB. */
  readonly bigTiff?: "auto" | "always";
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

function checkBlock(block: RowBlock, expectedRowOff: number, { grid, bandCount, sampleType }: CogOptions): void {
  const { array } = block;
  const facts =
    block.rowOff === expectedRowOff &&
    block.rowOff + block.heightPx <= grid.heightPx &&
    array.heightPx === block.heightPx &&
    array.widthPx === grid.widthPx &&
    array.bandCount === bandCount &&
    array.sampleType === sampleType &&
    array.data.length === array.widthPx * array.heightPx * bandCount &&
    array.valid.length === array.widthPx * array.heightPx;
  if (facts) return;
  throw new AppError(
    "internal",
    "raster/cog-rows-mismatch",
    `Rows for the image file do not fit: row ${block.rowOff}, ${array.widthPx} × ${array.heightPx} px, ${array.bandCount} ${array.sampleType} bands arrived where row ${expectedRowOff} of ${grid.widthPx} × ${grid.heightPx} px, ${bandCount} ${sampleType} bands was due. Please report this.`,
  );
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError("cancelled", "raster/cog-cancelled", "Writing the image file was cancelled.");
}

/**
 * Writes a cloud-optimized GeoTIFF from rows that arrive top to bottom: tiles of 512 px, deflate with predictor, overviews
 * down to one tile, internal mask, GDAL's structural metadata. Memory stays near 2 · 512 rows whatever the height;
 * a COG's overviews stand before its full resolution, so every level waits in a spool file beside `path` (see diskNeed.ts)
 * until the last row is in. The file is flushed and renamed into place: it is there whole, or not at all.
 *
 * Throws AppError: `raster/cog-rows-mismatch`, `raster/crs-without-code`, `raster/cog-cancelled`; and file system errors as
 * they come.
 */
export async function writeCog(path: string, options: CogOptions): Promise<void> {
  const { grid, bandCount, sampleType, hasMask, overviewResampling, signal, onProgress } = options;
  const nodata = options.nodata ?? null;
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const sizes = pyramidSizes(grid.widthPx, grid.heightPx, COG_TILE_PX);
  const levels: LevelSpool[] = [];
  try {
    for (const [i, size] of sizes.entries()) {
      levels.push(
        await openLevelSpool(`${temporary}.level${i}`, {
          size,
          bandCount,
          sampleType,
          tilePx: tilePxFor(size),
          hasMask,
          fillValue: nodata ?? options.noDataByte ?? 0,
          compressionLevel: options.compressionLevel ?? 6,
        }),
      );
    }
    await fillLevels(levels, options, nodata);
    throwIfStopped(signal);
    await assembleCog(path, temporary, levels, {
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
    });
    onProgress?.(1);
  } finally {
    await Promise.all(levels.map((level) => level.abandon()));
    await Promise.all([temporary, ...levels.map((level) => level.path)].map((file) => rm(file, { force: true })));
  }
}

async function fillLevels(levels: readonly LevelSpool[], options: CogOptions, nodata: number | null): Promise<void> {
  const { grid, bandCount, sampleType, overviewResampling } = options;
  const makeHalver = overviewResampling === "nearest" ? nearestHalver : averagingHalver;
  const halvers: (RowHalver | null)[] = levels.map(() => null);
  for (const [i, level] of levels.entries()) {
    const above = levels[i - 1];
    if (above === undefined) continue;
    const sink: RowHalver["pushRow"] = async (data, valid) => {
      await level.pushRow(data, valid);
      await halvers[i + 1]?.pushRow(data, valid);
    };
    halvers[i] = makeHalver({ source: above.size, target: level.size, bandCount, sampleType, nodata, sink });
  }
  let nextRow = 0;
  for await (const block of options.rows) {
    throwIfStopped(options.signal);
    checkBlock(block, nextRow, options);
    const { data, valid } = block.array;
    const rowSamples = grid.widthPx * bandCount;
    for (let row = 0; row < block.heightPx; row++) {
      const rowData = data.subarray(row * rowSamples, (row + 1) * rowSamples);
      const rowValid = valid.subarray(row * grid.widthPx, (row + 1) * grid.widthPx);
      await levels[0]?.pushRow(rowData, rowValid);
      await halvers[1]?.pushRow(rowData, rowValid);
    }
    nextRow += block.heightPx;
    options.onProgress?.(0.9 * (nextRow / grid.heightPx));
  }
  if (nextRow !== grid.heightPx) {
    throw new AppError(
      "internal",
      "raster/cog-rows-mismatch",
      `The image ended at row ${nextRow} of ${grid.heightPx}, so its file was not written. Please report this.`,
    );
  }
  for (const level of levels) await level.finish();
}
