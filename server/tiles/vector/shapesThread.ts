import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { Shapes } from "./shapes.ts";
import type { ShapesAnswer, ShapesCall } from "./shapesQuestion.ts";

const kinds: readonly AppErrorKind[] = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"];

function failure({ kind, code, message }: NonNullable<ShapesAnswer["error"]>): Error {
  const known = kinds.find((one) => one === kind);
  return known ? new AppError(known, code, message) : new Error(message);
}

/** `Shapes` in a thread that starts with the first question, and again after it has died. */
export function shapesInThread(dataDir: string): Shapes {
  let thread: Worker | null = null;
  let nextId = 1;
  const asked = new Map<number, { take: (answer: unknown) => void; refuse: (error: Error) => void }>();

  const start = (): Worker => {
    const started = new Worker(fileURLToPath(new URL("./shapes.thread.js", import.meta.url)), { workerData: { dataDir } });
    // It keeps nobody from ending.
    started.unref();
    started.on("message", ({ id, answer, error }: ShapesAnswer) => {
      const question = asked.get(id);
      asked.delete(id);
      if (error) question?.refuse(failure(error));
      else question?.take(answer);
    });
    const died = (error: Error) => {
      if (thread !== started) return;
      thread = null;
      for (const question of asked.values()) question.refuse(error);
      asked.clear();
    };
    started.on("error", died);
    started.on("exit", () =>
      died(new AppError("unavailable", "tile/thread-ended", "The outlines could not be read. They are asked for again.")),
    );
    return started;
  };

  const ask = <T>(call: ShapesCall, signal?: AbortSignal): Promise<T> =>
    new Promise((resolve, reject) => {
      thread ??= start();
      const id = nextId++;
      const leave = () => {
        asked.delete(id);
        thread?.postMessage({ drop: id });
        reject(new AppError("cancelled", "tile/left", "The tile is not wanted any more."));
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      const settled = () => signal?.removeEventListener("abort", leave);
      asked.set(id, {
        take: (answer) => {
          settled();
          // Both sides of the thread are this program, of the same build.
          resolve(answer as T);
        },
        refuse: (error) => {
          settled();
          reject(error);
        },
      });
      thread.postMessage({ ...call, id });
    });

  return {
    prepare: (request) => ask({ method: "prepare", request }),
    featureTile: (request, signal) => ask({ method: "featureTile", request }, signal),
    outlineTile: (request, signal) => ask({ method: "outlineTile", request }, signal),
    outlineState: (request) => ask({ method: "outlineState", request }),
    outlineChanges: (request) => ask({ method: "outlineChanges", request }),
    decisionOn: (request) => ask({ method: "decisionOn", request }),
    step: (request) => ask({ method: "step", request }),
    async close() {
      const running = thread;
      thread = null;
      await running?.terminate();
    },
  };
}
