import type { JobKind } from "@reefline/schema/job";
import { demoJob } from "./demoJob.ts";
import { importJob } from "./importJob.ts";
import type { JobHandler } from "./jobRun.ts";
import { predictJob } from "./predictJob.ts";
import { rateTestJob } from "./rateTestJob.ts";
import { trainJob } from "./trainJob.ts";
import { vectorizeJob } from "./vectorizeJob.ts";

/** What each kind of job does. */
export const handlers: Record<JobKind, JobHandler> = {
  import: importJob,
  demo: demoJob,
  train: trainJob,
  predict: predictJob,
  vectorize: vectorizeJob,
  "rate-test": rateTestJob,
};
