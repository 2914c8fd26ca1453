import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import type { EncodedTile } from "./imageryTile.ts";
import { paintHere, type TilePainter, type TileRequest } from "./tilePainter.ts";
import type { TileAnswer, TileMessage } from "./tiles.thread.ts";

const kinds: readonly AppErrorKind[] = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"];

interface Asked {
  readonly take: (tile: EncodedTile | null) => void;
  readonly refuse: (error: Error) => void;
}

class Thread {
  readonly asked = new Map<number, Asked>();
  private worker: Worker | null = null;

  constructor(
    private readonly script: string,
    private readonly limits: Limits,
  ) {}

  post(message: TileMessage): void {
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.script, { workerData: this.limits });
    // It keeps nobody from ending.
    worker.unref();
    worker.on("message", ({ id, tile, error }: TileAnswer) => {
      const asked = this.asked.get(id);
      if (!asked) return;
      if (error) {
        const kind = kinds.find((one) => one === error.kind);
        asked.refuse(kind ? new AppError(kind, error.code, error.message) : new Error(error.message));
      } else if (tile) {
        const { body, contentType } = tile;
        asked.take({ body: Buffer.from(body.buffer, body.byteOffset, body.byteLength), contentType });
      } else asked.take(null);
    });
    const died = (error: Error) => {
      if (this.worker !== worker) return;
      this.worker = null;
      for (const { refuse } of [...this.asked.values()]) refuse(error);
    };
    worker.on("error", died);
    worker.on("exit", () => died(new AppError("unavailable", "tile/thread-ended", "The tile could not be drawn. It is asked for again.")));
    return worker;
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }
}

/**
 * Paints in threads, each started with its first tile and again after it has died; the budget for decoded blocks is theirs together. Where the
 * program runs from its sources, in this thread.
 */
export function paintInThreads(count: number, limits: Limits): TilePainter {
  const script = fileURLToPath(new URL("./tiles.thread.js", import.meta.url));
  if (!existsSync(script)) return paintHere(limits);
  const share = { ...limits, blockCacheBytes: Math.floor(limits.blockCacheBytes / count) };
  const threads = Array.from({ length: count }, () => new Thread(script, share));
  let nextId = 1;
  return {
    paint: (request: TileRequest, signal: AbortSignal) =>
      new Promise<EncodedTile | null>((resolve, reject) => {
        if (signal.aborted) return reject(new AppError("cancelled", "tile/left", "The tile is not wanted any more."));
        const thread = threads.reduce((least, one) => (one.asked.size < least.asked.size ? one : least));
        const id = nextId++;
        const drop = () => thread.post({ drop: id });
        signal.addEventListener("abort", drop, { once: true });
        const settled = () => {
          thread.asked.delete(id);
          signal.removeEventListener("abort", drop);
        };
        thread.asked.set(id, {
          take: (tile) => {
            settled();
            resolve(tile);
          },
          refuse: (error) => {
            settled();
            reject(error);
          },
        });
        thread.post({ id, request });
      }),
    async close() {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}
