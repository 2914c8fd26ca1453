import { type AppError, type AppErrorKind, isAppError } from "@reefline/schema/errors";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";

/** The one place where an error's kind becomes a status of a protocol or an exit code. */
const mapping: Record<AppErrorKind, { http: number; trpc: TRPC_ERROR_CODE_KEY; exit: 1 | 2 }> = {
  "bad-input": { http: 400, trpc: "BAD_REQUEST", exit: 1 },
  "not-found": { http: 404, trpc: "NOT_FOUND", exit: 1 },
  conflict: { http: 409, trpc: "CONFLICT", exit: 1 },
  forbidden: { http: 403, trpc: "FORBIDDEN", exit: 1 },
  limit: { http: 413, trpc: "PAYLOAD_TOO_LARGE", exit: 1 },
  unavailable: { http: 503, trpc: "SERVICE_UNAVAILABLE", exit: 1 },
  cancelled: { http: 409, trpc: "CLIENT_CLOSED_REQUEST", exit: 1 },
  internal: { http: 500, trpc: "INTERNAL_SERVER_ERROR", exit: 1 },
};

export const httpStatus = (error: AppError): number => mapping[error.kind].http;
export const trpcCode = (error: AppError): TRPC_ERROR_CODE_KEY => mapping[error.kind].trpc;
/** 0 done, 1 failed with one sentence, 2 usage. Usage mistakes are found by the parser, which exits with 2 itself. */
export const exitCode = (error: unknown): 1 | 2 => (isAppError(error) ? mapping[error.kind].exit : 1);

/** What a person is told about any error, and never more: an unexpected one keeps its stack for the log. */
export function describeError(error: unknown): { code: string; message: string } {
  if (isAppError(error)) return { code: error.code, message: error.message };
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC" || code.startsWith("SQLITE_FULL")) {
    return { code: "disk/full", message: "The disk is full. Nothing that was saved before is lost; make room and try again." };
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return { code: "storage/busy", message: "Another Reefline process was writing for too long. Nothing was saved just now; try again." };
  }
  const said = error instanceof Error ? error.message : String(error);
  return { code: "internal/unexpected", message: `Something unexpected went wrong: ${said}` };
}
