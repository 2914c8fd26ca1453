import { editSchema } from "@reefline/schema/feature";
import { boundsSchema } from "@reefline/schema/grid";
import { idSchema, uuidSchema } from "@reefline/schema/ids";
import { z } from "zod";
import { changeClass, countOfClass } from "../services/labels/labelClasses.ts";
import { applyEdit, featuresInSurvey, featuresSince, listRecentEdits, undoEdit } from "../services/labels/labels.ts";
import { acceptedLabelIds, featuresById, labelChanges, labelIdsIn, labelsAt, openLabels } from "../services/labels/labelView.ts";
import { procedure, router } from "./base.ts";

const inSurvey = z.object({ surveyId: idSchema });
const className = z.string().trim().min(1).max(60);
const labelsOfClass = inSurvey.extend({ class: className, bounds: boundsSchema.nullable() });
/** How far beside an outline a click still counts, degrees. */
const reach = z.object({ lon: z.number().min(0).max(1), lat: z.number().min(0).max(1) }).default({ lon: 0, lat: 0 });

export const featuresRouter = router({
  inSurvey: procedure.input(inSurvey).query(({ ctx, input }) => featuresInSurvey(ctx, input.surveyId)),
  since: procedure
    .input(inSurvey.extend({ seq: z.number().int().nonnegative() }))
    .query(({ ctx, input }) => featuresSince(ctx, input.surveyId, input.seq)),
  open: procedure.input(inSurvey).query(({ ctx, input }) => openLabels(ctx, ctx.shapes, input.surveyId)),
  changes: procedure
    .input(inSurvey.extend({ seq: z.number().int().nonnegative() }))
    .query(({ ctx, input }) => labelChanges(ctx, input.surveyId, input.seq)),
  at: procedure
    .input(inSurvey.extend({ lon: z.number().min(-180).max(180), lat: z.number().min(-90).max(90), reach }))
    .query(({ ctx, input }) => labelsAt(ctx, input.surveyId, input, input.reach)),
  byId: procedure
    .input(inSurvey.extend({ ids: z.array(uuidSchema).max(500) }))
    .query(({ ctx, input }) => featuresById(ctx, input.surveyId, input.ids)),
  idsIn: procedure
    .input(inSurvey.extend({ bounds: boundsSchema, limit: z.number().int().min(1).max(20_000).default(5_000) }))
    .query(({ ctx, input }) => labelIdsIn(ctx, input.surveyId, input.bounds, input.limit)),
  countOfClass: procedure.input(labelsOfClass).query(({ ctx, input }) => countOfClass(ctx, input)),
  changeClass: procedure
    .input(labelsOfClass.extend({ to: className, editId: uuidSchema }))
    .mutation(({ ctx, input }) => changeClass(ctx, input)),
  acceptedIds: procedure
    .input(inSurvey.extend({ limit: z.number().int().min(1).max(1_000) }))
    .query(({ ctx, input }) => acceptedLabelIds(ctx, input.surveyId, input.limit)),
});

export const editsRouter = router({
  applyEdit: procedure.input(editSchema).mutation(({ ctx, input }) => applyEdit(ctx, input)),
  recent: procedure
    .input(inSurvey.extend({ limit: z.number().int().min(1).max(500).default(100) }))
    .query(({ ctx, input }) => listRecentEdits(ctx, input.surveyId, input.limit)),
  undo: procedure.input(inSurvey.extend({ editId: uuidSchema, newEditId: uuidSchema })).mutation(({ ctx, input }) => undoEdit(ctx, input)),
});
