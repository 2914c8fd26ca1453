import type { ChildProcess } from "node:child_process";
import { AppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import { z } from "zod";
import { forkSibling } from "../siblings.ts";
import {
  type MaskFacts,
  type MaskPolygon,
  maskFactsSchema,
  maskPolygonSchema,
  type PhotoFacts,
  type PhotoPixels,
  type PhotoTask,
  photoFactsSchema,
} from "./photoFacts.ts";

/** Decodes photos and masks in a process of its own, one at a time, each within limits of memory and time; a file that ends the process costs itself. */
export interface PhotoDecoder {
  look(path: string): Promise<PhotoFacts>;
  /** Writes the pixels to a file. */
  decode(path: string, pixels: PhotoPixels, to: string): Promise<void>;
  lookAtMask(path: string): Promise<MaskFacts>;
  /** Patches of each group of a mask's values. */
  traceMask(path: string, groups: readonly (readonly string[])[]): Promise<MaskPolygon[]>;
  close(): void;
}

const kinds = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"] as const;
const replySchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ kind: z.enum(kinds), code: z.string(), message: z.string() }).optional(),
});

type WithoutFile<Task> = Task extends unknown ? Omit<Task, "id" | "path" | "maxPixels"> : never;

export function photoDecoder(limits: Limits, signal?: AbortSignal): PhotoDecoder {
  let child: ChildProcess | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;

  const start = (): ChildProcess => {
    const started = forkSibling("photos.child", { execArgv: [`--max-old-space-size=${limits.probeHeapMegabytes}`], quiet: true });
    started.on("error", () => {});
    return started;
  };

  const askNow = (path: string, task: WithoutFile<PhotoTask>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new AppError("cancelled", "photo/cancelled", "The import was cancelled."));
      child ??= start();
      const mine = child;
      const id = ++count;
      const finish = (settle: () => void, end: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        mine.off("message", onMessage);
        mine.off("exit", onExit);
        if (end) {
          mine.kill("SIGKILL");
          child = null;
        }
        settle();
      };
      const onMessage = (message: unknown) => {
        const reply = replySchema.safeParse(message).data;
        if (reply?.id !== id) return;
        const { error, result } = reply;
        finish(() => (error ? reject(new AppError(error.kind, error.code, error.message)) : resolve(result)), false);
      };
      const fail = (kind: "cancelled" | "limit" | "bad-input", code: string, sentence: string) =>
        finish(() => reject(new AppError(kind, code, sentence)), true);
      const onExit = () =>
        fail("bad-input", "photo/crashed", "Reading this image took more memory than is allowed, or crashed. It may be damaged.");
      const onAbort = () => fail("cancelled", "photo/cancelled", "The import was cancelled.");
      const timer = setTimeout(
        () => fail("limit", "photo/too-slow", `This image could not be read within ${limits.probeSeconds} seconds. It may be damaged.`),
        limits.probeSeconds * 1_000,
      );
      signal?.addEventListener("abort", onAbort);
      mine.on("message", onMessage);
      mine.on("exit", onExit);
      mine.send({ ...task, id, path, maxPixels: limits.photoPixels });
    });

  const ask = (path: string, task: WithoutFile<PhotoTask>): Promise<unknown> => {
    const mine = last.then(() => askNow(path, task));
    last = mine.catch(() => undefined);
    return mine;
  };

  return {
    look: async (path) => photoFactsSchema.parse(await ask(path, { what: "look" })),
    decode: async (path, pixels, to) => {
      await ask(path, { what: "decode", pixels, to });
    },
    lookAtMask: async (path) => maskFactsSchema.parse(await ask(path, { what: "mask" })),
    traceMask: async (path, groups) =>
      z.array(maskPolygonSchema).parse(await ask(path, { what: "trace", groups: groups.map((group) => [...group]) })),
    close() {
      child?.kill("SIGKILL");
      child = null;
    },
  };
}
