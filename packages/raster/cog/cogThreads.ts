import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "@reefline/schema/errors";
import { type CogTask, type CogTaskResult, type CogWork, cogTaskRunner } from "./cogTasks.ts";

/** Does the COG writer's tasks, several at a time; halvings before tiles, since what comes next waits for them. */
export interface CogTaskPool {
  run(task: CogTask): Promise<CogTaskResult>;
  /** Fails what is under way and ends the threads. */
  close(): Promise<void>;
}

const MOST_THREADS = 8;
/** One being done and one waiting at each thread. */
const TASKS_PER_THREAD = 2;

interface Waiting {
  readonly task: CogTask;
  readonly resolve: (result: CogTaskResult) => void;
  readonly reject: (error: Error) => void;
}

const stopped = () => new AppError("cancelled", "raster/cog-cancelled", "Writing the image file was cancelled.");

/** For images of a few tiles: starting threads would take longer. */
function withoutThreads(work: CogWork): CogTaskPool {
  const run = cogTaskRunner(work);
  let before: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  return {
    run(task) {
      const result = before.then(() => {
        if (isClosed) throw stopped();
        return run(task);
      });
      before = result.catch(() => undefined);
      return result;
    },
    async close() {
      isClosed = true;
      await before;
    },
  };
}

class Threads implements CogTaskPool {
  private readonly workers: { worker: Worker; busy: Map<number, Waiting> }[];
  private readonly urgent: Waiting[] = [];
  private readonly queue: Waiting[] = [];
  private nextId = 0;
  private failure: Error | null = null;

  constructor(work: CogWork, count: number) {
    this.workers = Array.from({ length: count }, () => {
      const worker = new Worker(fileURLToPath(new URL("./cogTasks.thread.js", import.meta.url)), { workerData: work });
      const entry = { worker, busy: new Map<number, Waiting>() };
      worker.on("message", (message: { id: number; result?: CogTaskResult; error?: string }) => {
        const waiting = entry.busy.get(message.id);
        entry.busy.delete(message.id);
        if (message.result !== undefined) waiting?.resolve(message.result);
        else
          waiting?.reject(
            new AppError("internal", "raster/cog-thread", `A tile could not be encoded: ${message.error}. Please report this.`),
          );
        this.feed();
      });
      const fail = (what: string) =>
        this.fail(
          new AppError("internal", "raster/cog-thread", `A thread that writes the image ended: ${what}. Try again with more memory free.`),
        );
      worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)));
      worker.on("exit", (code) => fail(`exit code ${code}`));
      return entry;
    });
  }

  run(task: CogTask): Promise<CogTaskResult> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      (task.kind === "halve" ? this.urgent : this.queue).push({ task, resolve, reject });
      this.feed();
    });
  }

  private feed(): void {
    for (let depth = 1; depth <= TASKS_PER_THREAD; depth++) {
      for (const { worker, busy } of this.workers) {
        if (busy.size >= depth) continue;
        const next = this.urgent.shift() ?? this.queue.shift();
        if (next === undefined) return;
        const id = this.nextId++;
        busy.set(id, next);
        worker.postMessage({ id, task: next.task });
      }
    }
  }

  private fail(error: Error): void {
    if (this.failure !== null) return;
    this.failure = error;
    const waiting = [...this.urgent.splice(0), ...this.queue.splice(0), ...this.workers.flatMap(({ busy }) => [...busy.values()])];
    for (const { busy } of this.workers) busy.clear();
    for (const { reject } of waiting) reject(error);
  }

  async close(): Promise<void> {
    this.fail(stopped());
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()));
  }
}

/** @param threads 0: none, for small images; by default one per processor, eight at most */
export function startCogTasks(work: CogWork, threads = Math.min(MOST_THREADS, availableParallelism())): CogTaskPool {
  return threads === 0 ? withoutThreads(work) : new Threads(work, threads);
}
