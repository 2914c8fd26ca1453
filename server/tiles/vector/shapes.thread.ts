/** Keeps saved features and predicted outlines in memory and makes tiles of them, beside the server's own thread. One request after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { isAppError } from "@reefline/schema/errors";
import { z } from "zod";
import { readConfig } from "../../config.ts";
import { openStore } from "../../storage/store.ts";
import { shapesInPlace } from "./shapesInPlace.ts";
import { answerShapes, type ShapesQuestion } from "./shapesQuestion.ts";

const { dataDir } = z.object({ dataDir: z.string() }).parse(workerData);
const store = await openStore(readConfig({ dataDir }));
const shapes = shapesInPlace(store.db);
const waiting: ShapesQuestion[] = [];
let busy = false;

/** The newest first: it is what the user looks at now. Between two, messages are heard, so that what is not wanted any more is dropped. */
async function work(): Promise<void> {
  busy = true;
  for (let question = waiting.pop(); question; question = waiting.pop()) {
    const { id } = question;
    try {
      parentPort?.postMessage({ id, answer: await answerShapes(shapes, question), error: null });
    } catch (error) {
      const told = isAppError(error)
        ? { kind: error.kind, code: error.code, message: error.message }
        : { kind: null, code: "internal", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      parentPort?.postMessage({ id, answer: null, error: told });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  busy = false;
}

parentPort?.on("message", (message: ShapesQuestion | { drop: number }) => {
  if ("drop" in message) {
    const place = waiting.findIndex(({ id }) => id === message.drop);
    if (place >= 0) waiting.splice(place, 1);
    return;
  }
  waiting.push(message);
  if (!busy) void work();
});
