import { mkdir } from "node:fs/promises";
import { type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import { AppError } from "@reefline/schema/errors";
import { contourTracer } from "./contourTracer.ts";
import { createFeatureFile } from "./featureFile.ts";
import { type Box, chooseLandscape } from "./landscape.ts";
import type { LatticeRows } from "./latticeRows.ts";
import { drawByHand } from "./manualLabels.ts";
import { paintSurvey } from "./paintSurvey.ts";
import { boxOf, type PixelPolygon } from "./pixelPolygon.ts";
import { FIELD, GSD_METERS, SURFACE_STEP_PX, surfaceFields } from "./surfaceFields.ts";
import { SHADOW_REACH_PX } from "./surfaceRelief.ts";
import { type SurveyFiles, surveyFiles } from "./surveyFiles.ts";
import { syntheticGrid } from "./surveyGrid.ts";

export interface DemoSurveyOptions {
  readonly outDir: string;
  /** 256 to 50,000; 4096 unless given. */
  readonly sizePx?: number;
  readonly seed?: number;
  /** Rows made at once; changes memory, never the picture. */
  readonly blockRows?: number;
  /** 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Where a person looked, as fractions of the survey's side: one area to learn from, one held out. */
export const TRAINING_AREA: Box = { left: 0.03, top: 0.04, right: 0.57, bottom: 0.965 };
export const HOLDOUT_AREA: Box = { left: 0.6, top: 0.36, right: 0.955, bottom: 0.78 };

/** Drawn by hand: corners a little off the square. */
function areaOutline({ left, top, right, bottom }: Box, sizePx: number): PixelPolygon {
  const corners = [left, top, left + 0.012, bottom, right, bottom - 0.008, right - 0.006, top + 0.009];
  return { rings: [Float64Array.from(corners, (fraction) => fraction * sizePx)] };
}

/** Whether a polygon's box meets an area's. */
function touches(polygon: PixelPolygon, area: Box, sizePx: number): boolean {
  const [outer] = polygon.rings;
  if (outer === undefined) return false;
  const box = boxOf(outer);
  return (
    box.left < area.right * sizePx && box.right > area.left * sizePx && box.top < area.bottom * sizePx && box.bottom > area.top * sizePx
  );
}

async function writeReefs(files: SurveyFiles, surface: LatticeRows, sizePx: number, seed: number, signal?: AbortSignal): Promise<void> {
  const paths = [files.truth, files.labels, files.examined, files.holdout, files.holdoutTruth] as const;
  const [truth, labels, examined, holdout, holdoutTruth] = await Promise.all([
    createFeatureFile(paths[0], files.grid),
    createFeatureFile(paths[1], files.grid),
    createFeatureFile(paths[2], files.grid),
    createFeatureFile(paths[3], files.grid),
    createFeatureFile(paths[4], files.grid),
  ]);
  async function add(polygon: PixelPolygon): Promise<void> {
    const inHoldout = touches(polygon, HOLDOUT_AREA, sizePx);
    await truth.add(polygon, { class: "reef" });
    if (inHoldout) await holdoutTruth.add(polygon, { class: "reef" });
    if (!inHoldout && !touches(polygon, TRAINING_AREA, sizePx)) return;
    const drawn = drawByHand(polygon, { seed: seed + 3_000, gsdMeters: GSD_METERS });
    if (drawn !== null) await labels.add(drawn, { class: "reef" });
  }

  const columns = Math.ceil(sizePx / SURFACE_STEP_PX) + 1;
  const tracer = contourTracer(columns, SURFACE_STEP_PX, sizePx, sizePx);
  const values = new Float32Array(columns);
  const padded = Array.from({ length: surface.fieldCount }, (_, field) => (field === FIELD.reef ? values : new Float32Array(0)));
  for (let row = 0; row < columns; row++) {
    signal?.throwIfAborted();
    surface.sampleRow(padded, 0, SURFACE_STEP_PX, row * SURFACE_STEP_PX);
    for (const polygon of tracer.pushRow(values)) await add(polygon);
  }
  for (const polygon of tracer.finish()) await add(polygon);

  for (const area of [TRAINING_AREA, HOLDOUT_AREA]) await examined.add(areaOutline(area, sizePx));
  await holdout.add(areaOutline(HOLDOUT_AREA, sizePx));
  for (const file of [truth, labels, examined, holdout, holdoutTruth]) await file.close();
}

async function* reporting(blocks: AsyncIterable<RowBlock>, sizePx: number, options: DemoSurveyOptions): AsyncGenerator<RowBlock> {
  for await (const block of blocks) {
    yield block;
    options.onProgress?.((0.95 * (block.rowOff + block.heightPx)) / sizePx);
  }
}

/**
 * A seeded picture of an oyster reef flat between the tides, as a drone's orthomosaic at 3 cm: channel and creeks with glint,
 * mud with rills, rippled sand, marsh, wrack, algae and loose shell, seams and drifting light between photos, a ragged border
 * (internal mask); with its exact reefs, what a person drew of them, and where that person looked (about two thirds, a
 * quarter of it held out). Same seed and size, same files, byte for byte. Memory holds some rows only, so any size fits.
 *
 * Throws AppError `test-kit/survey-size` for a size outside 256 to 50,000 px.
 */
export async function makeDemoSurvey(options: DemoSurveyOptions): Promise<SurveyFiles> {
  const { outDir, sizePx = 4096, seed = 1, blockRows, signal } = options;
  if (!Number.isInteger(sizePx) || sizePx < 256 || sizePx > 50_000) {
    throw new AppError(
      "bad-input",
      "test-kit/survey-size",
      `A demo survey is 256 to 50,000 px wide, not ${sizePx}. Choose a size between.`,
    );
  }
  const grid = syntheticGrid(sizePx, sizePx, GSD_METERS);
  const files = surveyFiles(outDir, grid);
  const landscape = chooseLandscape(seed, sizePx * GSD_METERS, [TRAINING_AREA, HOLDOUT_AREA]);
  await mkdir(outDir, { recursive: true });
  await writeReefs(files, surfaceFields(landscape, sizePx, SHADOW_REACH_PX), sizePx, seed, signal);
  await writeCog(files.tif, {
    grid,
    bandCount: 3,
    sampleType: "uint8",
    photometric: "rgb",
    hasMask: true,
    bandNames: ["red", "green", "blue"],
    overviewResampling: "average",
    rows: reporting(paintSurvey(surfaceFields(landscape, sizePx, SHADOW_REACH_PX), sizePx, seed + 2_000, blockRows), sizePx, options),
    signal,
  });
  options.onProgress?.(1);
  return files;
}
