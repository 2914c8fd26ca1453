import { AppError } from "@reefline/schema/errors";

/** The file is a kind that Reefline does not open, or not yet: `raster/unsupported-…`. */
export function unsupported(code: string, message: string): AppError {
  return new AppError("bad-input", `raster/unsupported-${code}`, message);
}

/** The file contradicts itself or ends too early. `what` is a full sentence. */
export function damaged(what: string): AppError {
  return new AppError("bad-input", "raster/damaged", `${what} The file is damaged or was not copied completely; export or copy it again.`);
}

/** The file asks for more than the limits allow. `what` is a full sentence. */
export function beyondLimit(what: string): AppError {
  return new AppError("limit", "raster/limit", what);
}

/** The reader was told to stop. */
export function cancelled(): AppError {
  return new AppError("cancelled", "raster/cancelled", "Reading was stopped because nobody waits for it any more.");
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}
