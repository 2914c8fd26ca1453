import { isAppError } from "@reefline/schema/errors";
import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { Context } from "../context.ts";
import { describeError, trpcCode } from "../errors.ts";
import type { EventFeed } from "../http/eventFeed.ts";
import type { AccuracyRun } from "../services/judging/accuracy.ts";
import type { AreaSampleRuns } from "../services/judging/areaSamples.ts";
import type { TraceRequest } from "../services/predictions/predictions.ts";
import type { TrainingLook } from "../services/training/trainingLook.ts";
import type { Shapes } from "../tiles/vector/shapes.ts";

/** What a procedure is given. */
export interface RequestContext extends Context {
  readonly events: EventFeed;
  readonly requestTrace: TraceRequest;
  readonly shapes: Shapes;
  readonly evaluate: AccuracyRun;
  readonly areaSamples: AreaSampleRuns;
  readonly trainingLook: TrainingLook;
  readonly setupProblems: { message: string; fix: string }[];
}

/** The error as the browser gets it, beside tRPC's own shape: always a sentence that can be shown. */
export interface AppErrorShape {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly details: unknown;
}

function appErrorShape(error: TRPCError): AppErrorShape {
  const { cause } = error;
  if (isAppError(cause)) return { code: cause.code, kind: cause.kind, message: cause.message, details: cause.details ?? null };
  if (cause instanceof ZodError) {
    const issue = cause.issues[0];
    const where = issue?.path.length ? ` (${issue.path.join(".")})` : "";
    return {
      code: "request/invalid",
      kind: "bad-input",
      message: `This was not accepted: ${issue?.message ?? "invalid"}${where}.`,
      details: cause.issues,
    };
  }
  const kind = error.code === "NOT_FOUND" ? "not-found" : error.code === "BAD_REQUEST" ? "bad-input" : "internal";
  return { ...describeError(cause ?? error), kind, details: null };
}

const t = initTRPC.context<RequestContext>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    message: appErrorShape(error).message,
    // No stack leaves the server.
    data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, appError: appErrorShape(error) },
  }),
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
});

const mapErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && isAppError(result.error.cause)) {
    throw new TRPCError({ code: trpcCode(result.error.cause), message: result.error.cause.message, cause: result.error.cause });
  }
  return result;
});

export const router = t.router;
export const procedure = t.procedure.use(mapErrors);
