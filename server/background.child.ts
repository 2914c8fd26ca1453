/** Does for the server what would keep it from answering: outlines a prediction, judges it, looks at what a training would see; one request after the other. Ends when idle. */
import { areaSampleRequestSchema } from "@reefline/schema/areaSample";
import { chipPreviewRequestSchema } from "@reefline/schema/chipPreview";
import { idSchema } from "@reefline/schema/ids";
import { trainConfigSchema } from "@reefline/schema/training";
import { preferBackend } from "@reefline/segmentation/backends/backend";
import { z } from "zod";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import { owner } from "./principal.ts";
import { evaluateOnLockedHoldouts } from "./services/judging/accuracy.ts";
import { drawSample } from "./services/judging/areaSampleDraw.ts";
import { estimateSample } from "./services/judging/areaSampleEstimate.ts";
import { agreementWithFile } from "./services/labels/labelAgreementFile.ts";
import { storePolygonSet } from "./services/predictions/polygonSets.ts";
import { judgeTraining, previewTraining } from "./services/training/trainingLook.ts";
import { openStore } from "./storage/store.ts";

const ofPrediction = { id: z.number(), predictionId: z.string(), threshold: z.number() };
const requestSchema = z.discriminatedUnion("what", [
  z.object({ what: z.literal("stop"), id: z.number() }),
  z.object({ what: z.literal("trace"), ...ofPrediction }),
  z.object({ what: z.literal("evaluate"), ...ofPrediction }),
  z.object({ what: z.literal("draw-sample"), id: z.number(), author: z.string(), request: areaSampleRequestSchema }),
  z.object({ what: z.literal("estimate-sample"), id: z.number(), sampleId: z.string() }),
  z.object({ what: z.literal("preview-training"), id: z.number(), request: chipPreviewRequestSchema }),
  z.object({ what: z.literal("judge-training"), id: z.number(), surveyIds: z.array(idSchema), config: trainConfigSchema }),
  z.object({
    what: z.literal("compare-labels"),
    id: z.number(),
    surveyId: idSchema,
    fileName: z.string(),
    bytes: z.instanceof(Uint8Array),
  }),
]);
const idleMs = 60_000;

preferBackend(process.env.REEFLINE_BACKEND, process.env.REEFLINE_WEBGPU);
const store = await openStore(readConfig());
let timer = setTimeout(() => process.exit(0), idleMs);
let last: Promise<void> = Promise.resolve();
/** What is asked and not answered yet, by the number of the request. */
const open = new Map<number, AbortController>();

type Work = Exclude<z.infer<typeof requestSchema>, { what: "stop" }>;

async function answer(request: Work, signal: AbortSignal) {
  signal.throwIfAborted();
  switch (request.what) {
    case "evaluate":
      return evaluateOnLockedHoldouts(store, request.predictionId, request.threshold);
    case "draw-sample":
      return drawSample(store, request.author, request.request);
    case "estimate-sample":
      return estimateSample(store, request.sampleId);
    case "preview-training":
      return previewTraining(store, request.request);
    case "judge-training":
      return judgeTraining(store, request.surveyIds, request.config);
    case "compare-labels":
      return agreementWithFile({ store, principal: owner }, request);
    case "trace":
      await storePolygonSet(store, request.predictionId, request.threshold, signal);
      return null;
  }
}

process.on("message", (message) => {
  const request = requestSchema.parse(message);
  if (request.what === "stop") {
    open.get(request.id)?.abort();
    return;
  }
  const stopping = new AbortController();
  open.set(request.id, stopping);
  clearTimeout(timer);
  last = last.then(async () => {
    try {
      process.send?.({ id: request.id, error: null, answer: await answer(request, stopping.signal) });
    } catch (error) {
      process.send?.({ id: request.id, error: describeError(error), answer: null });
    }
    open.delete(request.id);
    timer = setTimeout(() => process.exit(0), idleMs);
  });
});
process.on("disconnect", () => process.exit(0));
