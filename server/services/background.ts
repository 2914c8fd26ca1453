import type { ChildProcess } from "node:child_process";
import { type AreaSample, type AreaSampleEstimate, areaSampleEstimateSchema, areaSampleSchema } from "@reefline/schema/areaSample";
import { chipPreviewSchema } from "@reefline/schema/chipPreview";
import { AppError } from "@reefline/schema/errors";
import { judgingSchema } from "@reefline/schema/judging";
import { labelAgreementSchema } from "@reefline/schema/labelAgreement";
import { type Evaluation, evaluationSchema } from "@reefline/schema/training";
import { z } from "zod";
import { forkSibling } from "../siblings.ts";
import type { AreaSampleRuns } from "./judging/areaSamples.ts";
import type { LabelComparison } from "./labels/labelAgreementFile.ts";
import type { TrainingLook } from "./training/trainingLook.ts";

const replySchema = z.object({
  id: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  answer: z.unknown(),
});

/** Work on predictions outside the server's own process, so that tiles and saves stay fast. */
export interface Background extends AreaSampleRuns, TrainingLook, LabelComparison {
  /** @throws the signal's reason as soon as it is aborted; the work then ends too, and leaves nothing. */
  trace(predictionId: string, threshold: number, signal?: AbortSignal): Promise<void>;
  evaluate(predictionId: string, threshold: number): Promise<Evaluation | null>;
  stop(): void;
}

/** A child process, started at the first request and again after it has ended. */
export function backgroundChild(dataDir: string): Background {
  let child: ChildProcess | null = null;
  let nextId = 1;

  const start = (): ChildProcess => {
    const started = forkSibling("background.child", { env: { REEFLINE_DATA: dataDir } });
    started.setMaxListeners(0);
    started.once("exit", () => {
      if (child === started) child = null;
    });
    return started;
  };

  const ask = (request: { what: string } & Record<string, unknown>, signal?: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      child ??= start();
      const mine = child;
      const id = nextId++;
      const finish = (settle: () => void) => {
        mine.off("message", onMessage);
        mine.off("exit", onExit);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onMessage = (message: unknown) => {
        const reply = replySchema.safeParse(message);
        if (!reply.success || reply.data.id !== id) return;
        const { error, answer } = reply.data;
        finish(() => (error ? reject(new AppError("unavailable", error.code, error.message)) : resolve(answer)));
      };
      const onExit = () =>
        finish(() => reject(new AppError("unavailable", "prediction/background-crashed", "This stopped unexpectedly. Try again.")));
      const onAbort = () => {
        if (mine.connected) mine.send({ what: "stop", id });
        finish(() => reject(signal?.reason));
      };
      signal?.addEventListener("abort", onAbort);
      mine.on("message", onMessage);
      mine.on("exit", onExit);
      mine.send({ id, ...request });
    });

  return {
    trace: async (predictionId, threshold, signal) => {
      await ask({ what: "trace", predictionId, threshold }, signal);
    },
    evaluate: async (predictionId, threshold): Promise<Evaluation | null> =>
      evaluationSchema.nullable().parse(await ask({ what: "evaluate", predictionId, threshold })),
    drawSample: async (author, request): Promise<AreaSample> => areaSampleSchema.parse(await ask({ what: "draw-sample", author, request })),
    estimateSample: async (sampleId): Promise<AreaSampleEstimate> =>
      areaSampleEstimateSchema.parse(await ask({ what: "estimate-sample", sampleId })),
    previewTraining: async (request) => z.array(chipPreviewSchema).parse(await ask({ what: "preview-training", request })),
    judgeTraining: async (surveyIds, config) => judgingSchema.parse(await ask({ what: "judge-training", surveyIds, config })),
    compareLabels: async ({ surveyId, fileName, bytes }) =>
      labelAgreementSchema.parse(await ask({ what: "compare-labels", surveyId, fileName, bytes })),
    stop: () => child?.kill(),
  };
}
