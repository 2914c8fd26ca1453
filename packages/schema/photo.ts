import { z } from "zod";
import { windowSchema } from "./grid.ts";

/** One photo of a survey made from a folder: its place on the survey's sheet, in the sheet's pixels. */
export const photoSchema = windowSchema.extend({
  /** Order on the sheet, from 0. */
  index: z.number().int().nonnegative(),
  /** Path inside the folder with "/" between its parts, unique in the survey: what label files and mask files are matched with. */
  name: z.string().min(1).max(1_024),
  /** Photos of one site, flight and day share it: they are split, held out and judged together. */
  group: z.string().min(1).max(1_024),
});
export type Photo = z.infer<typeof photoSchema>;
