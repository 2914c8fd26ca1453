import { idSchema } from "@reefline/schema/ids";
import { outlineOptionsSchema } from "@reefline/schema/outlines";
import { z } from "zod";
import { getOutlineOptions, setOutlineOptions } from "../services/predictions/outlineOptions.ts";
import { procedure, router } from "./base.ts";

export const outlinesRouter = router({
  options: procedure.input(z.object({ predictionId: idSchema })).query(({ ctx, input }) => getOutlineOptions(ctx, input.predictionId)),
  setOptions: procedure
    .input(z.object({ predictionId: idSchema, options: outlineOptionsSchema }))
    .mutation(({ ctx, input }) => setOutlineOptions(ctx, input.predictionId, input.options)),
});
