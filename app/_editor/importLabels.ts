import type { Layer } from "@reefline/schema/feature";
import { z } from "zod";
import { postFile } from "../_api/postFile.ts";

const answerSchema = z.object({
  imported: z.number(),
  skipped: z.number().default(0),
  report: z.unknown().optional(),
  editId: z.string().nullish(),
  photos: z.null().optional(),
});
export type ImportAnswer = z.infer<typeof answerSchema>;

/** Sends a GeoJSON file's bytes to be imported. Throws an Error with the server's sentence when it is refused. */
export async function importLabels(file: File, to: { surveyId: string; layer: Layer; class: string }): Promise<ImportAnswer> {
  return answerSchema.parse(await postFile("/imports/labels", { ...to, fileName: file.name }, file));
}

const noteSchema = z.object({ reason: z.string(), count: z.number() });
const reportSchema = z.object({
  skipped: z.array(noteSchema),
  changed: z.array(noteSchema),
  reprojectedFrom: z.string().nullable(),
});

/** What an import left out or changed, a line each. */
export function reportLines(report: unknown): string[] {
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) return [];
  const { skipped, changed, reprojectedFrom } = parsed.data;
  return [
    ...skipped.map(({ reason, count }) => `${count} left out: ${reason}`),
    ...changed.map(({ reason, count }) => `${count} changed: ${reason}`),
    ...(reprojectedFrom ? [`Reprojected from ${reprojectedFrom}`] : []),
  ];
}
