import { idSchema } from "@reefline/schema/ids";
import type { RateTestResult } from "@reefline/schema/rateTest";
import { trainConfigSchema } from "@reefline/schema/training";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { findRate, smoothed } from "@reefline/segmentation/training/findRate";
import { z } from "zod";
import { withSources } from "../services/training/trainingLook.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";

const paramsSchema = z.object({ surveyIds: z.array(idSchema).min(1), config: trainConfigSchema });

/** So many of a recipe's steps, each at a higher rate than the one before. */
const ratesTestedByDefault = 100;

/** Tries learning rates on a recipe's first steps. It keeps nothing but losses, so an interrupted one begins anew. */
export async function rateTestJob(run: JobRun): Promise<JobOutcome> {
  const { surveyIds, config } = paramsSchema.parse(run.job.params);
  const { store } = run;
  const from = config.fromModelId === null ? null : await readModel(store.paths.model(config.fromModelId));
  const beganAt = Date.now();
  const tell = (done: number) => {
    const secondsLeft = done < 3 ? null : (((Date.now() - beganAt) / done) * (ratesTestedByDefault - done)) / 1_000;
    run.progress({ message: "Trying learning rates", fraction: done / ratesTestedByDefault, secondsLeft });
  };
  tell(0);
  const { points, suggested } = await withSources(store, surveyIds, (sources) =>
    findRate({ sources, config, encoderPath: store.config.encoderPath, from }, ratesTestedByDefault, () => run.wish() !== "go", tell),
  );
  run.signal.throwIfAborted();
  const result: RateTestResult = { points: [...points], smoothed: smoothed(points), suggested };
  return { result };
}
