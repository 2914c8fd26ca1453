import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import type { EncodedTile } from "./imageryTile.ts";
import { paintHere, type TilePainter, type TileRequest } from "./tilePainter.ts";
import type { TileAnswer, TileMessage } from "./tiles.thread.ts";

const kinds: readonly AppErrorKind[] = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"];

/** Objects of one thread; pixels lie outside the heap. A thread that goes mad ends long before the machine is full. */
const heapMb = 256;

interface Asked {
  readonly request: TileRequest;
  readonly take: (tile: EncodedTile | null) => void;
  readonly refuse: (error: Error) => void;
}

class Thread {
  private readonly asked = new Map<number, Asked>();
  /** Drawn when the thread died: one after another once more, since one of them may be why. */
  private readonly doubtful = new Map<number, Asked>();
  private trying: number | null = null;
  /** Being drawn, and nobody wants them any more. */
  private readonly left = new Set<number>();
  private worker: Worker | null = null;
  private isEnding = false;

  constructor(
    private readonly script: string,
    private readonly limits: Limits,
  ) {}

  get load(): number {
    return this.asked.size + this.doubtful.size;
  }

  ask(id: number, asked: Asked): void {
    this.asked.set(id, asked);
    this.post({ id, request: asked.request });
  }

  /** Nobody wants the tile any more. */
  drop(id: number): void {
    if (this.trying !== id && this.doubtful.has(id)) this.doubtful.get(id)?.refuse(tileLeft());
    else {
      this.left.add(id);
      this.worker?.postMessage({ drop: id } satisfies TileMessage);
    }
  }

  forget(id: number): void {
    this.asked.delete(id);
    this.doubtful.delete(id);
    this.left.delete(id);
    if (this.trying === id) this.tryNext();
  }

  async end(): Promise<void> {
    this.isEnding = true;
    await this.worker?.terminate();
  }

  private post(message: TileMessage): void {
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(this.script, { workerData: this.limits, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    // It keeps nobody from ending.
    worker.unref();
    worker.on("message", ({ id, tile, error }: TileAnswer) => {
      const asked = this.asked.get(id) ?? this.doubtful.get(id);
      if (!asked) return;
      if (error) {
        const kind = kinds.find((one) => one === error.kind);
        asked.refuse(kind ? new AppError(kind, error.code, error.message) : new Error(error.message));
      } else if (tile) {
        const { body, contentType } = tile;
        asked.take({ body: Buffer.from(body.buffer, body.byteOffset, body.byteLength), contentType });
      } else asked.take(null);
    });
    const died = () => this.worker === worker && this.onDeath();
    worker.on("error", died);
    worker.on("exit", died);
    return worker;
  }

  private onDeath(): void {
    this.worker = null;
    const culprit = this.trying === null ? undefined : this.doubtful.get(this.trying);
    if (this.isEnding) for (const { refuse } of [...this.asked.values(), ...this.doubtful.values()]) refuse(threadEnded());
    else {
      for (const id of [...this.left]) (this.asked.get(id) ?? this.doubtful.get(id))?.refuse(tileLeft());
      for (const [id, asked] of this.asked) this.doubtful.set(id, asked);
      this.asked.clear();
      // Refusing what was tried goes on to the next.
      if (culprit && this.trying !== null && this.doubtful.get(this.trying) === culprit) culprit.refuse(threadEnded());
      else if (this.trying === null) this.tryNext();
    }
  }

  private tryNext(): void {
    const [next] = this.isEnding ? [] : this.doubtful;
    this.trying = next ? next[0] : null;
    if (next) this.post({ id: next[0], request: next[1].request });
  }
}

const tileLeft = () => new AppError("cancelled", "tile/left", "The tile is not wanted any more.");
const threadEnded = () => new AppError("unavailable", "tile/thread-ended", "The tile could not be drawn. Ask for it again in a moment.");

/**
 * Paints in threads, each started with its first tile; the budget for decoded blocks is theirs together. Where a thread dies, of memory that
 * runs out or a fault in a decoder, another is started and draws what was under way once more, one by one; only a tile that brings it down
 * again is refused. Where the program runs from its sources, in this thread.
 * @param script what the threads run, by default the bundle beside this one
 */
export function paintInThreads(
  count: number,
  limits: Limits,
  script = fileURLToPath(new URL("./tiles.thread.js", import.meta.url)),
): TilePainter {
  if (!existsSync(script)) return paintHere(limits);
  const share = { ...limits, blockCacheBytes: Math.floor(limits.blockCacheBytes / count) };
  const threads = Array.from({ length: count }, () => new Thread(script, share));
  let nextId = 1;
  return {
    paint: (request: TileRequest, signal: AbortSignal) =>
      new Promise<EncodedTile | null>((resolve, reject) => {
        if (signal.aborted) return reject(tileLeft());
        const thread = threads.reduce((least, one) => (one.load < least.load ? one : least));
        const id = nextId++;
        const drop = () => {
          thread.drop(id);
        };
        signal.addEventListener("abort", drop, { once: true });
        const settled = () => {
          signal.removeEventListener("abort", drop);
          thread.forget(id);
        };
        thread.ask(id, {
          request,
          take: (tile) => {
            settled();
            resolve(tile);
          },
          refuse: (error) => {
            settled();
            reject(error);
          },
        });
      }),
    async close() {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}
