/** Cuts the batches of a training, one after the other, ahead of its steps. See chipThreads.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { openGround } from "@reefline/chips/ground";
import { readModelInput } from "@reefline/chips/modelInput";
import { isAppError } from "@reefline/schema/errors";
import { type BatchGround, cutBatch } from "@reefline/segmentation/batches";
import { openRasterPlace } from "../assets/rasterPlace.ts";
import { describeError } from "../errors.ts";
import { arraysOf, type ChipThreadInput, type ChipThreadReply, type ChipThreadRequest } from "./chipThreads.ts";
import { memoryOf } from "./threadMemory.ts";

const port = parentPort;
if (!port) throw new Error("chipCutter is a thread, not a program");
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

async function answer({ id, plans, spent }: ChipThreadRequest): Promise<void> {
  try {
    const batch = await cutBatch(await opened, plans, spent);
    port?.postMessage({ id, batch } satisfies ChipThreadReply, memoryOf(arraysOf(batch)));
  } catch (error) {
    const kind = isAppError(error) ? error.kind : "internal";
    port?.postMessage({ id, error: { kind, ...describeError(error) } } satisfies ChipThreadReply);
  }
}

let last: Promise<void> = Promise.resolve();
port.on("message", (request: ChipThreadRequest) => {
  last = last.then(() => answer(request));
});
