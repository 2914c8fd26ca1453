import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { ChipPlan } from "@reefline/chips/chipSampler";
import type { CoarseMap } from "@reefline/chips/coarseMap";
import type { GroundPolygons } from "@reefline/chips/coverage";
import type { Unsharp } from "@reefline/chips/unsharp";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import type { BatchCutter } from "@reefline/segmentation/batches";
import type { Normalization } from "@reefline/segmentation/normalize";
import { courseUnsharp } from "@reefline/segmentation/preset";
import type { Batch } from "@reefline/segmentation/trainer";
import type { TrainingData } from "@reefline/segmentation/trainingData";
import type { RasterPlace } from "../assets/rasterPlace.ts";
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

export interface ChipThreadRequest {
  readonly id: number;
  readonly plans: readonly ChipPlan[];
  readonly spent: Batch | undefined;
}

export type ChipThreadReply =
  | { readonly id: number; readonly batch: Batch }
  | { readonly id: number; readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };

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
  const waiting = new Map<number, { resolve(batch: Batch): void; reject(error: unknown): void }>();
  let broken: unknown = null;
  const fail = (error: unknown): void => {
    broken ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const pool = Array.from({ length: threads }, () => {
    const thread = new Worker(threadFile, { workerData: input });
    thread.on("message", (reply: ChipThreadReply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ("error" in reply) asked?.reject(new AppError(reply.error.kind, reply.error.code, reply.error.message));
      else asked?.resolve(reply.batch);
    });
    thread.on("error", fail);
    thread.on("exit", () =>
      fail(new AppError("internal", "training/chips", "The part that cuts the chips stopped. Train again; it goes on from where it was.")),
    );
    return thread;
  });
  let nextId = 0;
  return {
    ahead: aheadPerThread * threads,
    cut: (plans, spent) =>
      new Promise((resolve, reject) => {
        if (broken) {
          reject(broken);
          return;
        }
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        pool[id % threads]?.postMessage({ id, plans, spent } satisfies ChipThreadRequest, memoryOf(arraysOf(spent)));
      }),
    close: async () => {
      broken ??= new AppError("cancelled", "training/chips", "The training has ended.");
      await Promise.all(pool.map((thread) => thread.terminate()));
    },
  };
}

/** The arrays of a batch, whose memory goes from thread to thread. */
export function arraysOf(batch: Batch | undefined): Float32Array[] {
  return batch ? [batch.x, batch.target, batch.valid] : [];
}
