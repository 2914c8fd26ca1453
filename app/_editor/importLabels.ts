import type { Layer } from "@reefline/schema/feature";
import { z } from "zod";

const answerSchema = z.object({
  imported: z.number(),
  skipped: z.number().default(0),
  report: z.unknown().optional(),
  editId: z.string().nullish(),
  photos: z.null().optional(),
});
export type ImportAnswer = z.infer<typeof answerSchema>;
const refusalSchema = z.object({ message: z.string() });

/** Sends a GeoJSON file's bytes to be imported. Throws an Error with the server's sentence when it is refused. */
export async function importLabels(file: File, to: { surveyId: string; layer: Layer; class: string }): Promise<ImportAnswer> {
  const query = new URLSearchParams({ ...to, fileName: file.name });
  let response: Response;
  try {
    response = await fetch(`/imports/labels?${query}`, { method: "POST", body: file, headers: { "content-type": "application/geo+json" } });
  } catch {
    throw new Error("Reefline's server did not answer. Check that it is still running, then import again.");
  }
  const body: unknown = await response.json().catch(() => null);
  const answer = answerSchema.safeParse(body);
  if (response.ok && answer.success) return answer.data;
  const nested = z.object({ appError: refusalSchema }).safeParse(body);
  const refusal = nested.success ? nested.data.appError : refusalSchema.safeParse(body).data;
  throw new Error(refusal?.message ?? `The file was not imported (the server answered ${response.status}).`);
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
