import { z } from "zod";
import { FileRefused, postFile } from "../_api/postFile.ts";
import type { NamedFile } from "../_surveys/photoFiles.ts";

const noteSchema = z.object({ reason: z.string(), count: z.number() });
const reportSchema = z.object({
  format: z.string(),
  matched: z.array(z.string()),
  unknown: z.array(z.string()),
  withoutOutlines: z.array(z.string()),
  missing: z.array(z.string()),
  refused: z.array(z.object({ name: z.string(), why: z.string() })),
  classes: z.record(z.string(), z.number()),
  skipped: z.array(noteSchema),
  changed: z.array(noteSchema),
});
export type PhotoReport = z.infer<typeof reportSchema>;
const resultSchema = z.object({ imported: z.number(), examined: z.number(), report: reportSchema });
export type PhotoResult = z.infer<typeof resultSchema>;
const factsSchema = z.object({ counts: z.array(z.object({ value: z.string(), pixels: z.number() })), hasMore: z.boolean() });

/** A value that some masks hold. */
export type MaskValue = { value: string; pixels: number; masks: number };

/** A file of outlines: VIA, COCO or GeoJSON. Throws an Error with the server's sentence. */
export async function importOutlines(
  file: File,
  to: { surveyId: string; class: string; emptyIsExamined: boolean },
): Promise<PhotoResult | { imported: number }> {
  const { surveyId, class: name, emptyIsExamined } = to;
  const answer = await postFile(
    "/imports/labels",
    { surveyId, class: name, fileName: file.name, emptyIsExamined: String(emptyIsExamined) },
    file,
  );
  const photos = z.object({ photos: resultSchema }).safeParse(answer);
  return photos.success ? photos.data.photos : z.object({ imported: z.number() }).parse(answer);
}

/** Which values the masks hold that are not black, and which of them cannot be read. */
export async function lookAtMasks(
  masks: readonly NamedFile[],
  { surveyId, onProgress, signal }: { surveyId: string; onProgress: (done: number) => void; signal: AbortSignal },
): Promise<{ values: MaskValue[]; refused: PhotoReport["refused"] }> {
  const values = new Map<string, MaskValue>();
  const refused: PhotoReport["refused"] = [];
  for (const [index, { file, name }] of masks.entries()) {
    signal.throwIfAborted();
    onProgress(index);
    try {
      const { counts, hasMore } = factsSchema.parse(await postFile("/imports/masks/look", { surveyId, fileName: name }, file));
      if (hasMore) {
        refused.push({ name, why: "It holds more than 64 values, so it is a picture or a probability, not a mask." });
        continue;
      }
      for (const { value, pixels } of counts) {
        if (value === "0" || value === "#000000") continue;
        const known = values.get(value) ?? { value, pixels: 0, masks: 0 };
        values.set(value, { value, pixels: known.pixels + pixels, masks: known.masks + 1 });
      }
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      refused.push({ name, why: error.message });
    }
  }
  return { values: [...values.values()].sort((a, b) => a.value.localeCompare(b.value, "en", { numeric: true })), refused };
}

/** Imports masks one after the other; each is an edit that can be undone. */
export async function importMasks(
  masks: readonly NamedFile[],
  {
    surveyId,
    class: name,
    maskClasses,
    refused,
    onProgress,
    signal,
  }: {
    surveyId: string;
    class: string;
    maskClasses: Record<string, string>;
    /** Known beforehand: not tried again. */
    refused: PhotoReport["refused"];
    onProgress: (done: number) => void;
    signal: AbortSignal;
  },
): Promise<PhotoResult> {
  const skip = new Set(refused.map((one) => one.name));
  const all: PhotoResult = {
    imported: 0,
    examined: 0,
    report: {
      format: "masks",
      matched: [],
      unknown: [],
      withoutOutlines: [],
      missing: [],
      refused: [...refused],
      classes: {},
      skipped: [],
      changed: [],
    },
  };
  let missing: Set<string> | null = null;
  for (const [index, mask] of masks.entries()) {
    signal.throwIfAborted();
    onProgress(index);
    if (skip.has(mask.name)) continue;
    try {
      const query = { surveyId, fileName: mask.name, class: name, maskClasses: JSON.stringify(maskClasses) };
      const { imported, examined, report } = resultSchema.parse(await postFile("/imports/masks", query, mask.file));
      all.imported += imported;
      all.examined += examined;
      missing ??= new Set([...report.missing, ...report.matched]);
      for (const photo of report.matched) missing.delete(photo);
      all.report.matched.push(...report.matched);
      all.report.unknown.push(...report.unknown);
      all.report.refused.push(...report.refused);
      for (const [one, count] of Object.entries(report.classes)) all.report.classes[one] = (all.report.classes[one] ?? 0) + count;
      for (const [into, from] of [
        [all.report.skipped, report.skipped],
        [all.report.changed, report.changed],
      ] as const)
        addNotes(into, from);
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      all.report.refused.push({ name: mask.name, why: error.message });
    }
  }
  all.report.missing.push(...(missing ?? []));
  return all;
}

function addNotes(into: PhotoReport["skipped"], from: PhotoReport["skipped"]): void {
  for (const { reason, count } of from) {
    const known = into.find((note) => note.reason === reason);
    if (known) known.count += count;
    else into.push({ reason, count });
  }
}

/** What an import did not find or did not take, a line each; names as far as they are few. */
export function photoReportLines(report: PhotoReport): { title: string; names: readonly string[] }[] {
  const classes = Object.entries(report.classes);
  return [
    ...(classes.length > 1 ? [{ title: `Classes: ${classes.map(([name, count]) => `${name} ${count}`).join(", ")}`, names: [] }] : []),
    { title: "No photo of this survey is called", names: report.unknown },
    { title: "Photos without labels here", names: report.missing },
    { title: "Listed without an outline, so not examined", names: report.withoutOutlines },
    ...report.refused.map(({ name, why }) => ({ title: `${name}: ${why}`, names: [] })),
    ...report.skipped.map(({ reason, count }) => ({ title: `${count} left out: ${reason}`, names: [] })),
    ...report.changed.map(({ reason, count }) => ({ title: `${count} changed: ${reason}`, names: [] })),
  ].filter(({ title, names }) => names.length > 0 || /[:]/.test(title));
}
