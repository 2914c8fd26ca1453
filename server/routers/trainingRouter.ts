import { idSchema } from "@reefline/schema/ids";
import { trainConfigSchema } from "@reefline/schema/training";
import { z } from "zod";
import { crossValidationOf, runDisagreements } from "../services/crossValidation.ts";
import { getModel, getRun, listModels, listRuns, runChips, runHistory, startRun, trainingReadiness } from "../services/training.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });
const surveyIds = z.array(idSchema).max(200);

export const runsRouter = router({
  start: procedure
    .input(z.object({ name: z.string().trim().min(1).max(120), surveyIds: surveyIds.min(1), config: trainConfigSchema }))
    .mutation(({ ctx, input }) => startRun(ctx, input)),
  list: procedure
    .input(z.object({ surveyId: idSchema.optional() }).optional())
    .query(({ ctx, input }) => listRuns(ctx, input?.surveyId ?? null)),
  get: procedure.input(byId).query(({ ctx, input }) => getRun(ctx, input.id)),
  history: procedure.input(byId).query(({ ctx, input }) => runHistory(ctx, input.id)),
  chips: procedure.input(byId).query(({ ctx, input }) => runChips(ctx, input.id)),
  crossValidation: procedure.input(byId).query(({ ctx, input }) => crossValidationOf(ctx, input.id)),
  disagreements: procedure
    .input(byId.extend({ limit: z.number().int().min(1).max(5_000) }))
    .query(({ ctx, input }) => runDisagreements(ctx, { runId: input.id, limit: input.limit })),
  readiness: procedure.input(z.object({ surveyIds })).query(({ ctx, input }) => trainingReadiness(ctx, input.surveyIds)),
});

export const modelsRouter = router({
  list: procedure.query(({ ctx }) => listModels(ctx)),
  get: procedure.input(byId).query(({ ctx, input }) => getModel(ctx, input.id)),
});
