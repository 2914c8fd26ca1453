/** Computes windows for a prediction, one after the other, beside other lanes. See engineLanes.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { inferWindow } from "@reefline/inference/windowInference";
import { isAppError } from "@reefline/schema/errors";
import { loadPredictor } from "@reefline/segmentation/predictor";
import { describeError } from "../errors.ts";
import type { LaneInput, LaneReply, LaneRequest } from "./engineLanes.ts";
import { memoryOf } from "./threadMemory.ts";

const port = parentPort;
if (!port) throw new Error("engineLane is a thread, not a program");
const { modelDir, engine }: LaneInput = workerData;
const spent: Float32Array[] = [];

const reply = (said: LaneReply, memory: ArrayBuffer[] = []): void => port.postMessage(said, memory);
const fail = (error: unknown): void => reply({ error: { kind: isAppError(error) ? error.kind : "internal", ...describeError(error) } });

const opened = loadPredictor(modelDir, { engine });
opened.then(({ card, strideMultiplePx }) => reply({ card, strideMultiplePx }), fail);

async function answer(request: Exclude<LaneRequest, { close: true }>): Promise<void> {
  const { window, form } = request;
  spent.push(...request.spent);
  const planes = await inferWindow(await opened, form, window, spent);
  reply({ inferred: { window, planes } }, memoryOf([window.pixels, window.valid, window.keep, ...planes]));
}

async function close(): Promise<void> {
  await opened.then((predictor) => predictor.dispose()).catch(() => undefined);
  port?.close();
}

let last: Promise<void> = Promise.resolve();
port.on("message", (request: LaneRequest) => {
  last = last.then(() => ("close" in request ? close() : answer(request).catch(fail)));
});
