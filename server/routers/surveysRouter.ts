import { idSchema } from "@reefline/schema/ids";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { z } from "zod";
import { getSurvey, listSurveys, removeSurvey, updateSurvey } from "../services/surveys.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });

export const surveysRouter = router({
  list: procedure.query(({ ctx }) => listSurveys(ctx)),
  get: procedure.input(byId).query(({ ctx, input }) => getSurvey(ctx, input.id)),
  update: procedure
    .input(byId.extend({ fields: surveyFieldsSchema }))
    .mutation(({ ctx, input }) => updateSurvey(ctx, input.id, input.fields)),
  remove: procedure.input(byId).mutation(({ ctx, input }) => removeSurvey(ctx, input.id)),
});
