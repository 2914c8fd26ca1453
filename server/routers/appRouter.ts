import { areaSamplesRouter } from "./areaSamplesRouter.ts";
import { router } from "./base.ts";
import { editsRouter, featuresRouter } from "./labelsRouter.ts";
import { outlinesRouter } from "./outlinesRouter.ts";
import { predictionsRouter, reviewRouter } from "./predictionsRouter.ts";
import { surveysRouter } from "./surveysRouter.ts";
import { jobsRouter, liveRouter, systemRouter } from "./systemRouter.ts";
import { modelsRouter, runsRouter } from "./trainingRouter.ts";
import { zonesRouter } from "./zonesRouter.ts";

/** One router per noun. The pages import its type only. */
export const appRouter = router({
  surveys: surveysRouter,
  features: featuresRouter,
  edits: editsRouter,
  runs: runsRouter,
  models: modelsRouter,
  predictions: predictionsRouter,
  review: reviewRouter,
  outlines: outlinesRouter,
  zones: zonesRouter,
  areaSamples: areaSamplesRouter,
  jobs: jobsRouter,
  system: systemRouter,
  live: liveRouter,
});
export type AppRouter = typeof appRouter;
