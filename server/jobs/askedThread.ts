import { Worker } from "node:worker_threads";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { ThreadReply } from "./answeringThread.ts";

interface Asked<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** A thread of ours that answers questions one after the other, as `answerInTurn` does. */
export class AskedThread<Question, Answer> {
  /** It has ended, however. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #asked: Asked<Answer>[] = [];
  #broken: unknown = null;

  /** @param stopped what is said to whoever asked when the thread ends */
  constructor(file: URL, input: unknown, stopped: { readonly code: string; readonly message: string }) {
    this.#worker = new Worker(file, { workerData: input });
    this.#worker.on("message", (reply: ThreadReply<Answer>) => {
      const asked = this.#asked.shift();
      if ("error" in reply) asked?.reject(new AppError(reply.error.kind, reply.error.code, reply.error.message));
      else asked?.resolve(reply.answer);
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.ended = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#fail(new AppError("internal", stopped.code, stopped.message));
        resolve();
      });
    });
  }

  /** Questions that have not been answered. */
  get waiting(): number {
    return this.#asked.length;
  }

  /** @param memory goes over to the thread */
  ask(question: Question, memory: readonly ArrayBuffer[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#broken) {
        reject(this.#broken);
        return;
      }
      this.#asked.push({ resolve, reject });
      this.#worker.postMessage({ question }, memory);
    });
  }

  /** Says something that has no answer. */
  tell(word: unknown, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage({ word }, memory);
  }

  /** Ends it at once; what was asked is refused with `reason`. */
  async terminate(reason: { readonly kind: AppErrorKind; readonly code: string; readonly message: string }): Promise<void> {
    this.#fail(new AppError(reason.kind, reason.code, reason.message));
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#broken ??= error;
    for (const { reject } of this.#asked.splice(0)) reject(this.#broken);
  }
}
