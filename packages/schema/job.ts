import { z } from "zod";
import { idSchema } from "./ids.ts";

export const jobKindSchema = z.enum(["import", "demo", "train", "predict", "vectorize", "rate-test"]);
export type JobKind = z.infer<typeof jobKindSchema>;
export const jobStateSchema = z.enum(["queued", "running", "done", "failed", "cancelled"]);

export const progressSchema = z.object({
  /** What is being done, for a person: "Predicting Middle Marsh". */
  message: z.string(),
  fraction: z.number().min(0).max(1).nullable(),
  secondsLeft: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof progressSchema>;

export const jobSchema = z.object({
  id: idSchema,
  kind: jobKindSchema,
  title: z.string(),
  state: jobStateSchema,
  params: z.record(z.string(), z.unknown()),
  progress: progressSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  attempt: z.number().int(),
  cancelRequested: z.boolean(),
  stopRequested: z.boolean(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  surveyId: idSchema.nullable(),
});
export type Job = z.infer<typeof jobSchema>;

/** What the browser's one event stream carries; `seq` lets it resume where it was. */
export const liveEventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("job"), job: jobSchema }),
  z.object({ kind: z.literal("history"), runId: idSchema, event: z.record(z.string(), z.unknown()) }),
  z.object({ kind: z.literal("chips"), runId: idSchema, epoch: z.number() }),
  z.object({ kind: z.literal("edit"), surveyId: idSchema, editId: z.string(), editSeq: z.number() }),
  z.object({ kind: z.literal("survey"), surveyId: idSchema }),
  z.object({ kind: z.literal("prediction"), predictionId: idSchema, surveyId: idSchema }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;
