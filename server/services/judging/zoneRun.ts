import { AppError, appErrorKinds } from "@reefline/schema/errors";
import { type ZoneRequest, type ZoneTable, zoneTableSchema } from "@reefline/schema/zones";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { forkSibling } from "../../siblings.ts";

const replySchema = z.union([
  z.object({ table: zoneTableSchema }),
  z.object({ error: z.object({ kind: z.enum(appErrorKinds), code: z.string(), message: z.string() }) }),
]);
export type ZoneReply = z.infer<typeof replySchema>;

/** Tables being counted at once; each is a process that reads the whole survey. */
const mostAtOnce = 2;
let running = 0;

/**
 * The table of zones, counted in a process of its own so that tiles and saves stay fast; the process ends when the request is given up.
 * @throws AppError `zones/busy`, `zones/crashed`, `zones/cancelled`, and what `zoneStatistics` throws.
 */
export async function runZoneStatistics(ctx: Context, request: ZoneRequest, signal?: AbortSignal): Promise<ZoneTable> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  if (running >= mostAtOnce)
    throw new AppError("unavailable", "zones/busy", "Two tables of zones are being counted already. Wait for one of them, then try again.");
  running++;
  try {
    return await inChild(ctx.store.config.dataDir, request, signal);
  } finally {
    running--;
  }
}

function inChild(dataDir: string, request: ZoneRequest, signal?: AbortSignal): Promise<ZoneTable> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new AppError("cancelled", "zones/cancelled", "Counting was stopped."));
      return;
    }
    const child = forkSibling("zones.child", { env: { REEFLINE_DATA: dataDir } });
    const finish = (settle: () => void) => {
      signal?.removeEventListener("abort", onAbort);
      child.removeAllListeners();
      child.on("error", () => {});
      child.kill("SIGKILL");
      settle();
    };
    const fail = (kind: "cancelled" | "internal", code: string, message: string) => finish(() => reject(new AppError(kind, code, message)));
    const onAbort = () => fail("cancelled", "zones/cancelled", "Counting was stopped.");
    signal?.addEventListener("abort", onAbort);
    child.on("message", (message) => {
      const reply = replySchema.safeParse(message);
      if (!reply.success) fail("internal", "zones/crashed", "Counting the zones went wrong. Try again.");
      else if ("table" in reply.data) {
        const { table } = reply.data;
        finish(() => resolve(table));
      } else {
        const { kind, code, message: sentence } = reply.data.error;
        finish(() => reject(new AppError(kind, code, sentence)));
      }
    });
    const crashed = () => fail("internal", "zones/crashed", "Counting the zones stopped unexpectedly. Try again.");
    child.on("error", crashed);
    child.on("exit", crashed);
    child.send(request);
  });
}
