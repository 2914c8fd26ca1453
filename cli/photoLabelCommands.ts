import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Survey } from "@reefline/schema/survey";
import { listMasks, type PhotoLabelSource, type RefusedFile } from "../server/services/labels/photoLabelSources.ts";
import { importPhotoLabels, type PhotoLabelOptions } from "../server/services/labels/photoLabels.ts";
import type { PhotoLabelReport } from "../server/services/surveys/placeOnPhotos.ts";
import { readLabelFile } from "./labelFile.ts";
import type { Session } from "./session.ts";

/** Flags that say how labels of photos are read. */
export interface PhotoLabelFlags {
  readonly class?: string;
  readonly classAttribute?: string;
  readonly only?: string[];
  readonly maskClasses?: string;
  readonly emptyExamined?: boolean;
}

/** Names told one by one; the rest as a number. */
const namesTold = 20;

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** A file of outlines or a folder of masks. */
export async function photoLabelSource(session: Session, given: string): Promise<{ source: PhotoLabelSource; refused: RefusedFile[] }> {
  const path = resolve(given);
  if (await isFolder(path)) {
    const { masks, refused } = await listMasks(path);
    return { source: { kind: "masks", fileName: basename(path), masks }, refused };
  }
  if (/\.png$/i.test(path)) {
    return { source: { kind: "masks", fileName: basename(path), masks: [{ path, name: basename(path) }] }, refused: [] };
  }
  return { source: { kind: "file", fileName: basename(path), bytes: await readLabelFile(session, path) }, refused: [] };
}

/** @throws AppError `cli/mask-classes` */
export function photoLabelOptions(flags: PhotoLabelFlags): PhotoLabelOptions {
  return {
    defaultClass: flags.class ?? "reef",
    classAttribute: flags.classAttribute ?? null,
    only: flags.only ?? null,
    emptyIsExamined: flags.emptyExamined ?? false,
    maskClasses: flags.maskClasses === undefined ? null : readMaskClasses(flags.maskClasses),
  };
}

/** `255=reef,128=unsure,7=none` */
function readMaskClasses(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair): [string, string] | null => {
    const [, value, name] = /^\s*(\d+|#[0-9a-f]{6})\s*=\s*(.{1,60}?)\s*$/i.exec(pair) ?? [];
    return value && name ? [value.toLowerCase(), name] : null;
  });
  if (pairs.some((pair) => pair === null)) {
    throw new AppError(
      "bad-input",
      "cli/mask-classes",
      `"${text}" does not say what values mean: write for instance 255=reef or 1=reef,2=unsure,3=none.`,
    );
  }
  return Object.fromEntries(pairs.filter((pair) => pair !== null));
}

export async function photoLabelsImport(session: Session, survey: Survey, file: string, flags: PhotoLabelFlags): Promise<void> {
  const { source, refused } = await photoLabelSource(session, file);
  const { imported, examined, report, editIds } = await importPhotoLabels(session.ctx, {
    surveyId: survey.id,
    source,
    options: photoLabelOptions(flags),
    onProgress: progressNote(session),
  });
  const whole = { ...report, refused: [...report.refused, ...refused] };
  session.result({ surveyId: survey.id, layer: "label", imported, examined, report: whole, editIds }, [
    `Imported ${imported} labels on ${report.matched.length} photos into ${survey.name} (${report.format}); ${examined} photos became examined.`,
    ...photoReportSentences(whole),
  ]);
}

/** Says now and then how far reading masks is. */
export function progressNote(session: Session): (done: number, all: number) => void {
  let saidAt = Date.now();
  return (done, all) => {
    if (Date.now() - saidAt < 5_000) return;
    saidAt = Date.now();
    session.note(`Reading masks ${Math.floor((done / all) * 100)} %`);
  };
}

/** What was not found, by name. */
export function photoReportSentences(report: PhotoLabelReport): string[] {
  const told = (what: string, names: readonly string[]): string[] => {
    if (names.length === 0) return [];
    const more = names.length > namesTold ? ` and ${names.length - namesTold} more` : "";
    return [`  ${what} (${names.length}): ${names.slice(0, namesTold).join(", ")}${more}`];
  };
  const classes = Object.entries(report.classes);
  return [
    ...(classes.length > 1 ? [`  classes: ${classes.map(([name, count]) => `${name} ${count}`).join(", ")}`] : []),
    ...told("no photo of this survey", report.unknown),
    ...told("photos without labels here", report.missing),
    ...told("listed without an outline, so not examined (--empty-examined: they hold nothing)", report.withoutOutlines),
    ...report.refused.map(({ name, why }) => `  refused ${name}: ${why}`),
    ...report.skipped.map((note) => `  left out ${note.count}: ${note.reason}`),
    ...report.changed.map((note) => `  changed ${note.count}: ${note.reason}`),
  ];
}
