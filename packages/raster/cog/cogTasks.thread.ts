import { parentPort, workerData } from "node:worker_threads";
import { type CogTask, type CogWork, cogTaskRunner } from "./cogTasks.ts";

/** A thread that encodes tiles and makes overview rows for the COG writer, on memory it shares with the thread that started it. */
const port = parentPort;
if (port === null) throw new Error("cogTasks.thread runs as a worker thread");
const work: CogWork = workerData;
const run = cogTaskRunner(work);

// One after the other: a task that waits for a codec must not let the next one use its scratch memory.
let before: Promise<unknown> = Promise.resolve();
port.on("message", ({ id, task }: { id: number; task: CogTask }) => {
  before = before.then(async () => {
    try {
      const result = await run(task);
      const transfer = result.kind === "tile" ? [result.tile.image, result.tile.mask].flatMap((bytes) => bytes?.buffer ?? []) : [];
      port.postMessage({ id, result }, transfer as ArrayBuffer[]);
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
});
