import { positionSchema } from "@reefline/schema/feature";
import { idSchema } from "@reefline/schema/ids";
import { surveyFieldsSchema } from "@reefline/schema/survey";
import { z } from "zod";
import { listSurveyPhotos } from "../services/surveys/photos.ts";
import { addRemoteSurvey, reimportRemote, remoteState } from "../services/surveys/remoteSurveys.ts";
import { shiftSurvey } from "../services/surveys/shiftSurvey.ts";
import { getSurvey, listSurveys, removeSurvey, updateSurvey } from "../services/surveys/surveys.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });

const shiftMeters = z.object({ eastMeters: z.number().finite(), northMeters: z.number().finite() });
const shift = z.union([
  z.object({ by: shiftMeters }),
  z.object({ to: shiftMeters }),
  z.object({
    pairs: z
      .array(z.object({ from: positionSchema, to: positionSchema }))
      .min(1)
      .max(100),
  }),
]);

export const surveysRouter = router({
  list: procedure.query(({ ctx }) => listSurveys(ctx)),
  get: procedure.input(byId).query(({ ctx, input }) => getSurvey(ctx, input.id)),
  update: procedure
    .input(byId.extend({ fields: surveyFieldsSchema }))
    .mutation(({ ctx, input }) => updateSurvey(ctx, input.id, input.fields)),
  shift: procedure
    .input(byId.extend({ shift, version: z.string().optional() }))
    .mutation(({ ctx, input }) => shiftSurvey(ctx, input.id, input.shift, input.version)),
  /** Hosts that images may be read from; none: that is off. */
  remoteHosts: procedure.query(({ ctx }) => ({ allowHosts: ctx.store.config.remote.allowHosts })),
  addRemote: procedure
    .input(z.object({ fields: surveyFieldsSchema, url: z.string().max(4_000), copyHere: z.boolean() }))
    .mutation(({ ctx, input }) => addRemoteSurvey(ctx, input)),
  remoteState: procedure.input(byId).query(({ ctx, input }) => remoteState(ctx, input.id)),
  reimportRemote: procedure
    .input(byId.extend({ copyHere: z.boolean() }))
    .mutation(({ ctx, input }) => reimportRemote(ctx, input.id, input.copyHere)),
  /** The photos on a survey's sheet with what is drawn on each; none when it is not made of photos. */
  photos: procedure.input(byId).query(({ ctx, input }) => listSurveyPhotos(ctx, input.id)),
  remove: procedure.input(byId).mutation(({ ctx, input }) => removeSurvey(ctx, input.id)),
});
