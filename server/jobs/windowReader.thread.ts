/** Reads a survey's windows for a prediction, one after the other, ahead of the network. */
import { parentPort, workerData } from "node:worker_threads";
import type { WindowTask } from "@reefline/inference/surveyPlan";
import { readingWindows } from "@reefline/inference/windowSource";
import { isAppError } from "@reefline/schema/errors";
import { openRasterPlace } from "../assets/rasterPlace.ts";
import { describeError } from "../errors.ts";
import type { WindowThreadInput, WindowThreadReply, WindowThreadRequest } from "./threadedWindows.ts";
import { memoryOf } from "./threadMemory.ts";

const port = parentPort;
if (!port) throw new Error("windowReader is a thread, not a program");
const input: WindowThreadInput = workerData;
const opened = openRasterPlace(input.place, input.limits).then((raster) => readingWindows(raster, input.image, input.plan));
opened.catch(() => undefined);

async function answer({ id, task }: { id: number; task: WindowTask }): Promise<void> {
  try {
    const loaded = await (await opened).load(task);
    port?.postMessage({ id, loaded } satisfies WindowThreadReply, loaded ? memoryOf([loaded.pixels, loaded.valid, loaded.keep]) : []);
  } catch (error) {
    const kind = isAppError(error) ? error.kind : "internal";
    port?.postMessage({ id, error: { kind, ...describeError(error) } } satisfies WindowThreadReply);
  }
}

let last: Promise<void> = Promise.resolve();
port.on("message", (request: WindowThreadRequest) => {
  if ("spent" in request) void opened.then((source) => source.giveBack?.(request.spent));
  else last = last.then(() => answer(request));
});
