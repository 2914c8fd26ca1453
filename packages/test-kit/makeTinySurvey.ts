import { mkdir } from "node:fs/promises";
import { type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import type { Grid } from "@reefline/schema/grid";
import { createFeatureFile } from "./featureFile.ts";
import { addNoiseRow, hashUnit, smoothstep } from "./noise.ts";
import { type PixelPolygon, rectangle } from "./pixelPolygon.ts";
import { type SurveyFiles, surveyFiles } from "./surveyFiles.ts";
import { syntheticGrid } from "./surveyGrid.ts";

export interface TinySurveyOptions {
  readonly outDir: string;
  /** 1024 unless given. */
  readonly widthPx?: number;
  /** 768 unless given. */
  readonly heightPx?: number;
  readonly seed?: number;
  /** 0.03 unless given. */
  readonly gsdMeters?: number;
  /** What the dark blobs are called, and what others, reddish ones, are called that are there then: two of five. All are dark unless given. */
  readonly classes?: readonly [dark: string, reddish: string];
}

interface Blob {
  readonly col: number;
  readonly row: number;
  readonly radiusPx: number;
  readonly lobes: number;
  readonly phase: number;
  /** Every third blob is a ring. */
  readonly holeRadiusPx: number;
  readonly isReddish: boolean;
}

const SWATH_PX = 64;
const CELL_PX = 128;

/** One blob in most cells of a coarse lattice, none over a cell's edge. */
function placeBlobs(widthPx: number, heightPx: number, seed: number, someReddish: boolean): Blob[] {
  const blobs: Blob[] = [];
  for (let iy = 0; (iy + 1) * CELL_PX <= heightPx; iy++) {
    for (let ix = 0; (ix + 1) * CELL_PX <= widthPx; ix++) {
      if (hashUnit(ix, iy, seed) < 0.3) continue;
      const radiusPx = 16 + 24 * hashUnit(ix, iy, seed + 1);
      const room = CELL_PX / 2 - radiusPx * 1.3 - 4;
      blobs.push({
        col: (ix + 0.5) * CELL_PX + room * (2 * hashUnit(ix, iy, seed + 2) - 1),
        row: (iy + 0.5) * CELL_PX + room * (2 * hashUnit(ix, iy, seed + 3) - 1),
        radiusPx,
        lobes: 3 + Math.floor(4 * hashUnit(ix, iy, seed + 4)),
        phase: 2 * Math.PI * hashUnit(ix, iy, seed + 5),
        holeRadiusPx: blobs.length % 3 === 0 ? radiusPx * 0.35 : 0,
        isReddish: someReddish && hashUnit(ix, iy, seed + 6) < 0.4,
      });
    }
  }
  return blobs;
}

function radiusAt({ radiusPx, lobes, phase }: Blob, angle: number): number {
  return radiusPx * (1 + 0.25 * Math.sin(lobes * angle + phase));
}

function outline(blob: Blob, vertices: number, wobblePx: number): PixelPolygon {
  const ring = (radius: (angle: number) => number) =>
    Float64Array.from({ length: vertices * 2 }, (_, i) => {
      const angle = (2 * Math.PI * Math.floor(i / 2)) / vertices;
      const reach = radius(angle) + wobblePx * Math.sin(5 * angle);
      return i % 2 === 0 ? blob.col + reach * Math.cos(angle) : blob.row + reach * Math.sin(angle);
    });
  const outer = ring((angle) => radiusAt(blob, angle));
  return { rings: blob.holeRadiusPx > 0 ? [outer, ring(() => blob.holeRadiusPx)] : [outer] };
}

/** 1 inside a blob, 0 outside, half a pixel of blur between; and which blob it is. */
function coverAt(blobs: readonly Blob[], col: number, row: number): { cover: number; isReddish: boolean } {
  for (const blob of blobs) {
    const reach = Math.hypot(col - blob.col, row - blob.row);
    if (reach > blob.radiusPx * 1.3) continue;
    const outer = radiusAt(blob, Math.atan2(row - blob.row, col - blob.col));
    const cover = smoothstep(outer + 1, outer - 1, reach);
    const { holeRadiusPx, isReddish } = blob;
    return { cover: holeRadiusPx > 0 ? cover * smoothstep(holeRadiusPx - 1, holeRadiusPx + 1, reach) : cover, isReddish };
  }
  return { cover: 0, isReddish: false };
}

async function* paint(grid: Grid, blobs: readonly Blob[], seed: number): AsyncGenerator<RowBlock> {
  const { widthPx } = grid;
  const mud = new Float32Array(widthPx);
  for (let rowOff = 0; rowOff < grid.heightPx; rowOff += SWATH_PX) {
    const heightPx = Math.min(SWATH_PX, grid.heightPx - rowOff);
    const data = new Uint8Array(widthPx * heightPx * 3);
    const valid = new Uint8Array(widthPx * heightPx).fill(1);
    for (let row = rowOff; row < rowOff + heightPx; row++) {
      mud.fill(0);
      addNoiseRow(mud, 30, { seed: seed + 10, wavelengthX: 160, wavelengthY: 110 }, 0, row);
      addNoiseRow(mud, 14, { seed: seed + 11, wavelengthX: 7, wavelengthY: 7 }, 0, row);
      const near = blobs.filter((blob) => Math.abs(blob.row - row) < CELL_PX / 2);
      for (let col = 0; col < widthPx; col++) {
        const at = (row - rowOff) * widthPx + col;
        const { cover, isReddish } = coverAt(near, col + 0.5, row + 0.5);
        const speckle = 70 * (hashUnit(col >> 1, row >> 1, seed + 12) - 0.5) * cover;
        const light = (mud[col] ?? 0) + speckle;
        data[at * 3] = Math.max(0, Math.min(255, 158 - (isReddish ? 14 : 62) * cover + light));
        data[at * 3 + 1] = Math.max(0, Math.min(255, 142 - (isReddish ? 66 : 44) * cover + light));
        data[at * 3 + 2] = Math.max(0, Math.min(255, 120 - (isReddish ? 60 : 46) * cover + light));
        // A torn corner, as at the border of every mosaic.
        if (col + 0.5 < 40 - 0.7 * row + (mud[col] ?? 0) * 0.3) valid[at] = 0;
      }
    }
    yield {
      rowOff,
      heightPx,
      array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 3, widthPx, heightPx, data, valid },
    };
  }
}

/**
 * A small survey for tests, made in about a second: dark speckled blobs, every third one a ring, on plain mud; UTM, RGB with
 * an internal mask. The left two thirds are examined for training, the right quarter is held out, and reefs between the
 * two, and whatever else is not examined, have no label. Any network that works learns it in a few dozen steps.
 */
export async function makeTinySurvey(options: TinySurveyOptions): Promise<SurveyFiles> {
  const { outDir, widthPx = 1024, heightPx = 768, seed = 1, gsdMeters = 0.03 } = options;
  const grid = syntheticGrid(widthPx, heightPx, gsdMeters);
  const files = surveyFiles(outDir, grid);
  const blobs = placeBlobs(widthPx, heightPx, seed, options.classes !== undefined);
  await mkdir(outDir, { recursive: true });
  await writeCog(files.tif, {
    grid,
    bandCount: 3,
    sampleType: "uint8",
    photometric: "rgb",
    hasMask: true,
    bandNames: ["red", "green", "blue"],
    overviewResampling: "average",
    rows: paint(grid, blobs, seed),
  });

  const trainRight = Math.round((widthPx * 2) / 3);
  const holdoutLeft = Math.round((widthPx * 3) / 4);
  const [truth, labels, examined, holdout, holdoutTruth] = await Promise.all(
    [files.truth, files.labels, files.examined, files.holdout, files.holdoutTruth].map((path) => createFeatureFile(path, grid)),
  );
  for (const blob of blobs) {
    const reach = blob.radiusPx * 1.3;
    const touchesTraining = blob.col - reach < trainRight;
    const touchesHoldout = blob.col + reach > holdoutLeft;
    const exact = outline(blob, 96, 0);
    const name = options.classes?.[blob.isReddish ? 1 : 0] ?? "reef";
    await truth?.add(exact, { class: name });
    if (touchesHoldout) await holdoutTruth?.add(exact, { class: name });
    if (touchesTraining || touchesHoldout) await labels?.add(outline(blob, 28, 0.8), { class: name });
  }
  await examined?.add(rectangle(0, 0, trainRight, heightPx));
  await examined?.add(rectangle(holdoutLeft, 0, widthPx, heightPx));
  await holdout?.add(rectangle(holdoutLeft, 0, widthPx, heightPx));
  await Promise.all([truth, labels, examined, holdout, holdoutTruth].map((file) => file?.close()));
  return files;
}
