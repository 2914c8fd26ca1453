import { TRPCClientError } from "@trpc/client";
import { z } from "zod";

const appErrorShape = z.object({
  appError: z.object({ code: z.string(), kind: z.string(), message: z.string(), details: z.unknown().optional() }),
});

export type SentError = { code: string; kind: string; message: string; details?: unknown };

/** The server's own error in an answer or in what tRPC makes of one; null where there is none. */
export function appErrorIn(answer: unknown): SentError | null {
  return appErrorShape.safeParse(answer).data?.appError ?? null;
}

/** The server's own error behind a failed call; null when the call never got an answer (offline, restarting). */
export function appErrorOf(error: unknown): SentError | null {
  if (!(error instanceof TRPCClientError)) return null;
  const own = appErrorIn(error.data);
  if (own) return own;
  const status = z.object({ code: z.string() }).safeParse(error.data);
  return status.success ? { code: `rpc/${status.data.code}`, kind: "internal", message: error.message } : null;
}

/** One sentence for the user. */
export function sentenceFor(error: unknown): string {
  return appErrorOf(error)?.message ?? "Reefline's server did not answer. Check that it is still running; this page reconnects by itself.";
}
