export const appErrorKinds = ["bad-input", "not-found", "conflict", "forbidden", "limit", "unavailable", "cancelled", "internal"] as const;
export type AppErrorKind = (typeof appErrorKinds)[number];

/** The one error type that crosses boundaries. `code` is `room/what`; the message says what happened, why, and what to do. */
export class AppError extends Error {
  readonly code: string;
  readonly kind: AppErrorKind;
  /** Machine-readable facts beside the sentence, e.g. both versions of a conflicting feature. */
  readonly details: unknown;

  constructor(kind: AppErrorKind, code: string, message: string, details?: unknown) {
    super(message);
    this.name = "AppError";
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError || (error instanceof Error && error.name === "AppError" && "code" in error && "kind" in error);
}
