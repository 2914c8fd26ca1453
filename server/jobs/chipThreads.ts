import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ChipPlan } from "@reefline/chips/chipSampler";
import type { CoarseMap } from "@reefline/chips/coarseMap";
import type { GroundPolygons } from "@reefline/chips/coverage";
import type { Unsharp } from "@reefline/chips/unsharp";
import type { Grid } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import type { Normalization } from "@reefline/segmentation/network/normalize";
import type { BatchCutter } from "@reefline/segmentation/training/batches";
import { courseUnsharp } from "@reefline/segmentation/training/preset";
import type { Batch } from "@reefline/segmentation/training/trainer";
import type { TrainingData } from "@reefline/segmentation/training/trainingData";
import type { RasterPlace } from "../assets/rasterPlace.ts";
import { AskedThread } from "./askedThread.ts";
import { memoryOf } from "./threadMemory.ts";

/** What a thread is given: plain data, and rasters it opens for itself. */
export interface ChipThreadInput {
  readonly limits: Limits;
  readonly chipPx: number;
  readonly bandCount: number;
  readonly normalization: Normalization;
  readonly unsharp: Unsharp | null;
  readonly groundBudgetBytes: number;
  readonly sources: readonly ({
    readonly place: RasterPlace;
    readonly image: SurveyImage;
    readonly grid: Grid;
    readonly polygons: GroundPolygons;
    readonly map: CoarseMap;
    readonly roles: Uint8Array;
  } | null)[];
}

export interface ChipQuestion {
  readonly plans: readonly ChipPlan[];
  readonly spent: Batch | undefined;
}

const threadFile = new URL("./chipCutter.thread.js", import.meta.url);

/** Batches asked for before they are needed, for every thread: a slow one (a tile to decode) must not stop the steps. */
const aheadPerThread = 3;

/**
 * Chips cut, turned, coloured, sharpened and packed in threads of their own: a step of TensorFlow holds this one. A batch is whole in one
 * thread, and batches are used in the order in which they were drawn. Null where the threads cannot open the rasters for themselves, or
 * are not bundled: then the training cuts its chips.
 * @param places where each of the training's rasters is, in the order of its sources
 * @param groundBudgetBytes how much decoded ground all threads together may keep
 */
export function chipThreads(
  { preset, bandNames, normalization, planned, split }: TrainingData,
  places: readonly (RasterPlace | undefined)[],
  { limits, threads, groundBudgetBytes }: { limits: Limits; threads: number; groundBudgetBytes: number },
): BatchCutter | null {
  if (threads < 1 || !existsSync(fileURLToPath(threadFile)) || planned.some(({ map }, i) => map && !places[i])) return null;
  const input: ChipThreadInput = {
    limits,
    chipPx: preset.chipPx,
    bandCount: bandNames.length,
    normalization,
    unsharp: preset.unsharp ? courseUnsharp : null,
    groundBudgetBytes: groundBudgetBytes / threads,
    sources: planned.map(({ source, grid, polygons, map }, i) => {
      const [place, roles] = [places[i], split.roles[i]];
      return place && map && roles ? { place, image: source.image, grid, polygons, map, roles } : null;
    }),
  };
  const stopped = { code: "training/chips", message: "The part that cuts the chips stopped. Train again; it goes on from where it was." };
  const pool = Array.from({ length: threads }, () => new AskedThread<ChipQuestion, Batch>(threadFile, input, stopped));
  let turn = 0;
  return {
    ahead: aheadPerThread * threads,
    cut: (plans, spent) => {
      const thread = pool[turn++ % threads];
      if (!thread) throw new RangeError("there is a thread at least");
      return thread.ask({ plans, spent }, memoryOf(arraysOf(spent)));
    },
    close: async () => {
      const ended = { kind: "cancelled", code: "training/chips", message: "The training has ended." } as const;
      await Promise.all(pool.map((thread) => thread.terminate(ended)));
    },
  };
}

/** The arrays of a batch, whose memory goes from thread to thread. */
export function arraysOf(batch: Batch | undefined): Float32Array[] {
  return batch ? [batch.x, batch.target, batch.valid] : [];
}
