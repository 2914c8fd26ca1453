import { editSchema } from "@reefline/schema/feature";
import { idSchema, uuidSchema } from "@reefline/schema/ids";
import { z } from "zod";
import { applyEdit, featuresInSurvey, featuresSince, listRecentEdits, undoEdit } from "../services/labels.ts";
import { procedure, router } from "./base.ts";

const inSurvey = z.object({ surveyId: idSchema });

export const featuresRouter = router({
  inSurvey: procedure.input(inSurvey).query(({ ctx, input }) => featuresInSurvey(ctx, input.surveyId)),
  since: procedure
    .input(inSurvey.extend({ seq: z.number().int().nonnegative() }))
    .query(({ ctx, input }) => featuresSince(ctx, input.surveyId, input.seq)),
});

export const editsRouter = router({
  applyEdit: procedure.input(editSchema).mutation(({ ctx, input }) => applyEdit(ctx, input)),
  recent: procedure
    .input(inSurvey.extend({ limit: z.number().int().min(1).max(500).default(100) }))
    .query(({ ctx, input }) => listRecentEdits(ctx, input.surveyId, input.limit)),
  undo: procedure.input(inSurvey.extend({ editId: uuidSchema, newEditId: uuidSchema })).mutation(({ ctx, input }) => undoEdit(ctx, input)),
});
