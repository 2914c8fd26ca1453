import { areaSampleRequestSchema } from "@reefline/schema/areaSample";
import { idSchema } from "@reefline/schema/ids";
import { z } from "zod";
import { listSamples, removeSample, sampleEstimate, startSample } from "../services/judging/areaSamples.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });

export const areaSamplesRouter = router({
  list: procedure.input(z.object({ surveyId: idSchema })).query(({ ctx, input }) => listSamples(ctx, input.surveyId)),
  draw: procedure.input(areaSampleRequestSchema).mutation(({ ctx, input }) => startSample(ctx, input, ctx.areaSamples)),
  estimate: procedure.input(byId).query(({ ctx, input }) => sampleEstimate(ctx, input.id, ctx.areaSamples)),
  remove: procedure.input(byId).mutation(({ ctx, input }) => removeSample(ctx, input.id)),
});
