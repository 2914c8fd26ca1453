import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { SurveyPlan, WindowTask } from "@reefline/inference/surveyPlan";
import { type LoadedWindow, readingWindows, type WindowSource } from "@reefline/inference/windowSource";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import { openRasterPlace, type RasterPlace } from "../assets/rasterPlace.ts";
import { memoryOf } from "./threadMemory.ts";

/** What the thread is given: plain data, and a raster it opens for itself. */
export interface WindowThreadInput {
  readonly place: RasterPlace;
  readonly limits: Limits;
  readonly image: SurveyImage;
  readonly plan: SurveyPlan;
}

/** Asks for a window, or gives one's memory back. */
export type WindowThreadRequest = { readonly id: number; readonly task: WindowTask } | { readonly spent: LoadedWindow };

export type WindowThreadReply =
  | { readonly id: number; readonly loaded: LoadedWindow | null }
  | { readonly id: number; readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };

const threadFile = new URL("./windowReader.thread.js", import.meta.url);

/**
 * Windows decoded, resampled, stretched and sharpened in a thread of their own: TensorFlow holds this one while it computes. Run from
 * sources, where the thread is not bundled, they are read in place.
 */
export async function threadedWindows(input: WindowThreadInput): Promise<WindowSource> {
  if (!existsSync(fileURLToPath(threadFile))) {
    const raster = await openRasterPlace(input.place, input.limits);
    const here = readingWindows(raster, input.image, input.plan);
    return { ...here, close: () => raster.close() };
  }
  const thread = new Worker(threadFile, { workerData: input });
  const waiting = new Map<number, { resolve(loaded: LoadedWindow | null): void; reject(error: unknown): void }>();
  let nextId = 0;
  let broken: unknown = null;
  const fail = (error: unknown): void => {
    broken ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  thread.on("message", (reply: WindowThreadReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) asked?.reject(new AppError(reply.error.kind, reply.error.code, reply.error.message));
    else asked?.resolve(reply.loaded);
  });
  thread.on("error", fail);
  thread.on("exit", () => fail(new AppError("internal", "prediction/reader", "The part that reads the survey stopped. Try again.")));
  return {
    load: (task: WindowTask) =>
      new Promise((resolve, reject) => {
        if (broken) {
          reject(broken);
          return;
        }
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        thread.postMessage({ id, task } satisfies WindowThreadRequest);
      }),
    giveBack: (spent) => thread.postMessage({ spent } satisfies WindowThreadRequest, memoryOf([spent.pixels, spent.valid, spent.keep])),
    close: async () => {
      await thread.terminate();
    },
  };
}
