/** Cuts the batches of a training, one after the other, ahead of its steps. See chipThreads.ts. */
import { workerData } from "node:worker_threads";
import { openGround } from "@reefline/chips/ground";
import { readModelInput } from "@reefline/chips/modelInput";
import { type BatchGround, cutBatch } from "@reefline/segmentation/training/batches";
import type { Batch } from "@reefline/segmentation/training/trainer";
import { openRasterPlace } from "../assets/rasterPlace.ts";
import { answerInTurn } from "./answeringThread.ts";
import { arraysOf, type ChipQuestion, type ChipThreadInput } from "./chipThreads.ts";
import { memoryOf } from "./threadMemory.ts";

const input: ChipThreadInput = workerData;

async function open(): Promise<BatchGround> {
  const { limits, chipPx, bandCount, normalization, unsharp, groundBudgetBytes } = input;
  const sources = await Promise.all(
    input.sources.map(async (source) => {
      if (!source) return null;
      const { place, image, grid, polygons, map, roles } = source;
      const raster = await openRasterPlace(place, limits);
      const share = groundBudgetBytes / input.sources.length;
      const ground = openGround((window) => readModelInput(raster, image, grid, window, { unsharp }), polygons, bandCount, share);
      return { ground, map, roles };
    }),
  );
  return { chipPx, bandCount, normalization, sources };
}

const opened = open();
opened.catch(() => undefined);

answerInTurn<ChipQuestion, Batch>(async ({ plans, spent }) => {
  const batch = await cutBatch(await opened, plans, spent);
  return { answer: batch, memory: memoryOf(arraysOf(batch)) };
});
