import { z } from "zod";
import { disagreementSchema } from "./crossValidation.ts";
import { evaluationSchema } from "./training.ts";

/** How far two people agree about the same ground. */
export const labelAgreementSchema = z.object({
  /** The first labeller as truth, the second as prediction. */
  evaluation: evaluationSchema,
  kappa: z.number().describe("Cohen's, over examined pixels"),
  boundaryF1: z.number(),
  toleranceMeters: z.number(),
  instances: z.object({
    labelled: z.number(),
    predicted: z.number(),
    matched: z.number(),
    precision: z.number(),
    recall: z.number(),
    f1: z.number(),
  }),
  unit: z.enum(["px", "m²"]),
  /** Ground that one of them drew and the other did not, beyond two pixels of an outline; largest first. */
  disagreements: z.array(disagreementSchema),
});
export type LabelAgreement = z.infer<typeof labelAgreementSchema>;
