import type { Backend } from "@reefline/schema/training";
import { z } from "zod";
import type { Context } from "../context.ts";
import { authorize } from "../principal.ts";
import { allSurveys } from "../storage/surveys.ts";
import { liveWorkers } from "../storage/workers.ts";
import { version } from "../version.ts";

export interface SystemStatus {
  readonly backend: Backend | null;
  readonly worker: "alive" | "starting" | "stopped";
  readonly version: string;
  readonly problems: { message: string; fix: string }[];
  /** Whether models can begin from a pretrained encoder. */
  readonly encoder: boolean;
  readonly demo: { surveyId: string | null };
}

const startedAt = Date.now();
/** A server that has just started has a worker on its way. */
const workerStartMs = 20_000;

const problemsSchema = z.array(z.object({ message: z.string(), fix: z.string() }));

/** What the set-up found missing, handed down by the launcher. */
export function parseSetupProblems(json: string | undefined): { message: string; fix: string }[] {
  if (!json) return [];
  try {
    return problemsSchema.parse(JSON.parse(json));
  } catch {
    return [];
  }
}

export async function systemStatus(ctx: Context, setupProblems: { message: string; fix: string }[]): Promise<SystemStatus> {
  authorize(ctx.principal, "system:read", ctx.store.projectId);
  const workers = await liveWorkers(ctx.store.db);
  const demo = (await allSurveys(ctx.store.db, ctx.store.projectId)).find((survey) => survey.isDemo);
  const starting = Date.now() - startedAt < workerStartMs;
  return {
    backend: workers.find((worker) => worker.backend)?.backend ?? null,
    worker: workers.length > 0 ? "alive" : starting ? "starting" : "stopped",
    version,
    problems: setupProblems,
    encoder: ctx.store.config.encoderPath !== null,
    demo: { surveyId: demo?.id ?? null },
  };
}
