import { AppError } from "@reefline/schema/errors";
import { crsSchema, gridSchema } from "@reefline/schema/grid";
import type { Limits } from "@reefline/schema/limits";
import { imageSchema, sampleTypeSchema } from "@reefline/schema/survey";
import { z } from "zod";
import { forkSibling } from "../siblings.ts";
import type { RasterPlace } from "./rasterPlace.ts";

/** What the child found out about a file. */
const probeSchema = z.object({
  grid: gridSchema.extend({ crs: crsSchema }),
  bandNames: z.array(z.string()).min(1),
  sampleType: sampleTypeSchema,
  maskKind: imageSchema.shape.maskKind,
  nodata: z.number().or(z.nan()).nullable(),
  blockHeightPx: z.number().int().positive(),
  /** Tiled, with overviews: it is stored as it is. */
  isCog: z.boolean(),
});
export type Probe = z.infer<typeof probeSchema>;

export const probeRequestSchema = z.object({ place: z.custom<RasterPlace>(), limits: z.custom<Limits>() });
const kinds = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"] as const;
const replySchema = z.union([
  z.object({ probe: probeSchema }),
  z.object({ error: z.object({ kind: z.enum(kinds), code: z.string(), message: z.string() }) }),
]);
export type ProbeReply = z.infer<typeof replySchema>;

/**
 * Looks at a file in a process of its own, with a limit on memory and time: whatever the file does to a decoder, it does there.
 *
 * @throws AppError the child's own refusal, or `probe/crashed`, `probe/too-slow`.
 */
export function probeFile(path: string, limits: Limits, signal?: AbortSignal): Promise<Probe> {
  return probePlace({ bytes: { kind: "file", path }, placed: null }, limits, limits.probeSeconds, signal);
}

/** The same for a file at a web address, with the time that its requests may take besides. */
export function probeRemote(place: RasterPlace, limits: Limits, signal?: AbortSignal): Promise<Probe> {
  return probePlace(place, limits, limits.probeSeconds + limits.remoteSeconds, signal);
}

function probePlace(place: RasterPlace, limits: Limits, seconds: number, signal?: AbortSignal): Promise<Probe> {
  return new Promise((resolve, reject) => {
    const child = forkSibling("probe.child", { execArgv: [`--max-old-space-size=${limits.probeHeapMegabytes}`], quiet: true });
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      child.removeAllListeners();
      child.on("error", () => {});
      child.kill("SIGKILL");
      settle();
    };
    const fail = (kind: "limit" | "bad-input" | "cancelled", code: string, message: string) =>
      finish(() => reject(new AppError(kind, code, message)));
    const onAbort = () => fail("cancelled", "probe/cancelled", "The import was cancelled.");
    const timer = setTimeout(
      () => fail("limit", "probe/too-slow", `This file could not be read within ${seconds} seconds. It may be damaged; export it again.`),
      seconds * 1_000,
    );
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) return onAbort();
    child.on("message", (message) => {
      const reply = replySchema.safeParse(message);
      if (!reply.success) return fail("bad-input", "probe/crashed", "This file could not be read. It may be damaged; export it again.");
      const { data } = reply;
      if ("probe" in data) finish(() => resolve(data.probe));
      else finish(() => reject(new AppError(data.error.kind, data.error.code, data.error.message)));
    });
    child.on("error", () => fail("bad-input", "probe/crashed", "The program that looks at files could not be started."));
    child.on("exit", () =>
      fail(
        "bad-input",
        "probe/crashed",
        "Reading this file took more memory than is allowed, or crashed. It may be damaged; export it again.",
      ),
    );
    child.send({ place, limits });
  });
}
