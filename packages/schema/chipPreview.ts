import { z } from "zod";
import { idSchema } from "./ids.ts";
import { trainConfigSchema } from "./training.ts";

export const chipPreviewRequestSchema = z.object({
  surveyIds: z.array(idSchema).min(1).max(200),
  config: trainConfigSchema,
  page: z.number().int().min(0).max(100_000).describe("another one shows other chips"),
  count: z.number().int().min(1).max(24),
});
export type ChipPreviewRequest = z.infer<typeof chipPreviewRequestSchema>;

/** A chip as a training may see it. Pictures are data URIs. */
export const chipPreviewSchema = z.object({
  surveyName: z.string(),
  sizePx: z.number().int(),
  image: z.string(),
  mask: z.string().describe("grey: 255 reef, 0 examined and empty, 128 not learned from"),
  reefShare: z.number().nullable().describe("of what is learned from; null where nothing is"),
});
export type ChipPreview = z.infer<typeof chipPreviewSchema>;
