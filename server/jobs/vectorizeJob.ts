import { z } from "zod";
import { storePolygonSet } from "../services/predictions/polygonSets.ts";
import { roundThreshold } from "../services/predictions/predictions.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

const paramsSchema = z.object({ predictionId: z.string(), threshold: z.number() });

/** Outlines a finished prediction at another threshold, for callers without a server at hand. */
export async function vectorizeJob(run: JobRun): Promise<JobOutcome> {
  const { predictionId, threshold } = paramsSchema.parse(run.job.params);
  const tell = (fraction: number) => run.progress({ message: "Outlining reefs", fraction, secondsLeft: null });
  tell(0);
  await storePolygonSet(run.store, predictionId, roundThreshold(threshold), run.signal, tell);
  return { result: { predictionId, threshold } };
}
