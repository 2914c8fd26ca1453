/** Reads a survey's windows for a prediction, one after the other, ahead of the network. */
import { workerData } from "node:worker_threads";
import type { WindowTask } from "@reefline/inference/surveyPlan";
import { type LoadedWindow, readingWindows } from "@reefline/inference/windowSource";
import { BlockCache } from "@reefline/raster/tiff/blockCache";
import { openRasterPlace } from "../assets/rasterPlace.ts";
import { answerInTurn } from "./answeringThread.ts";
import type { WindowThreadInput } from "./threadedWindows.ts";
import { memoryOf } from "./threadMemory.ts";

/** Windows follow each other from left to right: what the next one shares with this one is worth keeping, not what the row below does. */
const cacheBytes = 64 * 2 ** 20;

const input: WindowThreadInput = workerData;
const cache = new BlockCache(Math.min(cacheBytes, input.limits.blockCacheBytes));
const opened = openRasterPlace(input.place, input.limits, cache).then((raster) => readingWindows(raster, input.image, input.plan));
opened.catch(() => undefined);

answerInTurn<WindowTask, LoadedWindow | null, LoadedWindow>(
  async (task) => {
    const loaded = await (await opened).load(task);
    return { answer: loaded, memory: loaded ? memoryOf([loaded.pixels, loaded.valid, loaded.keep]) : [] };
  },
  (spent) =>
    void opened.then(
      (source) => source.giveBack?.(spent),
      () => undefined,
    ),
);
