import { chipPreviewRequestSchema } from "@reefline/schema/chipPreview";
import { mostClasses } from "@reefline/schema/classes";
import { foldPlanSchema } from "@reefline/schema/foldPlan";
import { idSchema } from "@reefline/schema/ids";
import { modelImportSchema } from "@reefline/schema/modelImport";
import { trainConfigSchema } from "@reefline/schema/training";
import { z } from "zod";
import { modelReport } from "../services/judging/modelReport.ts";
import { comparisonOf, listComparisons, startComparison } from "../services/training/comparisons.ts";
import { crossValidationOf, runDisagreements } from "../services/training/crossValidation.ts";
import { startRateTest } from "../services/training/rateTests.ts";
import { discardStagedModel, importStagedModel } from "../services/training/stagedModel.ts";
import {
  getModel,
  getRun,
  listModels,
  listRuns,
  runChips,
  runHistory,
  startRun,
  trainingReadiness,
} from "../services/training/training.ts";
import { chipPreview, trainingJudging } from "../services/training/trainingLook.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });
const surveyIds = z.array(idSchema).max(200);
const toTrain = z.object({ surveyIds: surveyIds.min(1), config: trainConfigSchema });
const stagedId = z.string().regex(/^[0-9a-f]{16}$/);
const name = z.string().trim().min(1).max(120);

export const runsRouter = router({
  start: procedure
    .input(toTrain.extend({ name, check: foldPlanSchema.nullable().default(null) }))
    .mutation(({ ctx, input }) => startRun(ctx, input)),
  preview: procedure.input(chipPreviewRequestSchema).query(({ ctx, input }) => chipPreview(ctx, input, ctx.trainingLook)),
  judging: procedure.input(toTrain).query(({ ctx, input }) => trainingJudging(ctx, input, ctx.trainingLook)),
  findRate: procedure.input(toTrain).mutation(({ ctx, input }) => startRateTest(ctx, input)),
  compare: procedure
    .input(toTrain.extend({ name }))
    .mutation(({ ctx, input }) => startComparison(ctx, { name: input.name, surveyIds: input.surveyIds, shared: input.config })),
  comparisons: procedure
    .input(z.object({ surveyId: idSchema.optional() }))
    .query(({ ctx, input }) => listComparisons(ctx, input.surveyId ?? null)),
  comparison: procedure.input(byId).query(({ ctx, input }) => comparisonOf(ctx, input.id)),
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
  readiness: procedure
    .input(z.object({ surveyIds, classes: z.array(z.string().trim().min(1).max(60)).max(mostClasses).default([]) }))
    .query(({ ctx, input }) => trainingReadiness(ctx, input.surveyIds, input.classes)),
});

export const modelsRouter = router({
  list: procedure.query(({ ctx }) => listModels(ctx)),
  get: procedure.input(byId).query(({ ctx, input }) => getModel(ctx, input.id)),
  import: procedure
    .input(modelImportSchema.extend({ stagedId, fileName: z.string().trim().min(1).max(255) }))
    .mutation(({ ctx, input }) => importStagedModel(ctx, input)),
  discard: procedure.input(z.object({ stagedId })).mutation(({ ctx, input }) => discardStagedModel(ctx, input.stagedId)),
  report: procedure.input(byId).query(async ({ ctx, input }) => (await modelReport(ctx, [input.id])).runs[0] ?? null),
});
