import { editSchema, polygonSchema } from "@reefline/schema/feature";
import { idSchema, uuidSchema } from "@reefline/schema/ids";
import { predictionOptionsSchema } from "@reefline/schema/prediction";
import { z } from "zod";
import { heldOutAccuracy } from "../services/judging/accuracy.ts";
import { heldOutGround } from "../services/judging/heldOutGround.ts";
import { outlineChanges, outlinePolygon, outlinesAtThreshold, reviewStep } from "../services/predictions/outlines.ts";
import { getPrediction, listPredictions, removePrediction, startPrediction } from "../services/predictions/predictions.ts";
import { decide, undoDecision } from "../services/predictions/review.ts";
import { reviewOrders } from "../tiles/vector/outlineShapes.ts";
import { procedure, router } from "./base.ts";

const threshold = z.number().min(0).max(1);
const atThreshold = z.object({ predictionId: idSchema, threshold });

const num = z.number().int().positive();
const which = z.union([z.object({ id: z.string().min(1).max(200) }), z.object({ num })]);

export const predictionsRouter = router({
  start: procedure
    .input(
      z.object({
        surveyId: idSchema,
        modelId: idSchema,
        area: z.array(polygonSchema).min(1).max(1_000).nullable(),
        threshold: threshold.nullable(),
        options: predictionOptionsSchema.optional(),
      }),
    )
    .mutation(({ ctx, input }) => startPrediction(ctx, input)),
  list: procedure.input(z.object({ surveyId: idSchema })).query(({ ctx, input }) => listPredictions(ctx, input.surveyId)),
  get: procedure.input(z.object({ id: idSchema })).query(({ ctx, input }) => getPrediction(ctx, input.id)),
  outlines: procedure.input(atThreshold).query(({ ctx, input }) => outlinesAtThreshold(ctx, ctx.shapes, input, ctx.requestTrace)),
  outlineChanges: procedure
    .input(atThreshold.extend({ token: z.string().regex(/^\d{1,15}\.[0-9a-f]{12}$/) }))
    .query(({ ctx, input }) => outlineChanges(ctx, ctx.shapes, input)),
  outline: procedure.input(atThreshold.extend({ which })).query(({ ctx, input }) => outlinePolygon(ctx, ctx.shapes, input)),
  heldOutAccuracy: procedure.input(atThreshold).query(({ ctx, input }) => heldOutAccuracy(ctx, input, ctx.evaluate)),
  heldOutGround: procedure.input(z.object({ surveyId: idSchema })).query(({ ctx, input }) => heldOutGround(ctx, input.surveyId)),
  remove: procedure.input(z.object({ id: idSchema })).mutation(({ ctx, input }) => removePrediction(ctx, input.id)),
});

export const reviewRouter = router({
  step: procedure
    .input(
      atThreshold.extend({
        filter: z.object({
          order: z.enum(reviewOrders),
          from: z.number().min(0).max(2),
          to: z.number().min(0).max(2),
          class: z.string().max(60).optional(),
        }),
        fromNum: num.nullable(),
        by: z.union([z.literal(1), z.literal(-1)]),
      }),
    )
    .query(({ ctx, input }) => reviewStep(ctx, ctx.shapes, input)),
  decide: procedure
    .input(
      z.object({
        id: uuidSchema,
        predictionId: idSchema,
        threshold,
        polygonId: z.string().min(1).max(200),
        kind: z.enum(["accepted", "edited", "rejected"]),
        edit: editSchema.nullable(),
      }),
    )
    .mutation(({ ctx, input }) => decide(ctx, input)),
  undo: procedure.input(z.object({ decisionId: uuidSchema, newEditId: uuidSchema })).mutation(({ ctx, input }) => undoDecision(ctx, input)),
});
