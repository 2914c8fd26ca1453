import { z } from "zod";

/** What a learning-rate range test found. */
export const rateTestSchema = z.object({
  points: z.array(z.object({ learningRate: z.number(), loss: z.number() })),
  /** The same as a running mean. */
  smoothed: z.array(z.object({ learningRate: z.number(), loss: z.number() })),
  /** null: the loss never fell. */
  suggested: z.number().nullable(),
});
export type RateTestResult = z.infer<typeof rateTestSchema>;
