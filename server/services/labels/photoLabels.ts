import { randomUUID } from "node:crypto";
import { photoOutline } from "@reefline/geo/photoOutline";
import { AppError } from "@reefline/schema/errors";
import type { Edit, FeatureContent, Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { type PhotoDecoder, photoDecoder } from "../../assets/photoDecoder.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featuresOf } from "../../storage/features.ts";
import { photosOf } from "../../storage/photos.ts";
import { surveyById } from "../../storage/surveys.ts";
import { type LabelledPhoto, type PhotoLabelReport, type PlaceOptions, placeOnPhotos } from "../surveys/placeOnPhotos.ts";
import { surveyImage } from "../surveys/surveys.ts";
import { unsureClass } from "./groundOf.ts";
import { applyEdit } from "./labels.ts";
import { type PhotoLabelSource, readPhotoLabelSource } from "./photoLabelSources.ts";

export interface PhotoLabelOptions extends Omit<PlaceOptions, "verticesPerFeature"> {
  /** What the values of masks mean (`255` or `#ff0000` → class, "none" for background); null: the one value that is not 0 is reef. */
  readonly maskClasses: Readonly<Record<string, string>> | null;
}

export interface PhotoLabelImport {
  readonly surveyId: string;
  readonly source: PhotoLabelSource;
  readonly options: PhotoLabelOptions;
  readonly decoder?: PhotoDecoder;
  /** One of several sources: nothing in it for these photos is no failure. */
  readonly isPart?: boolean;
  readonly onProgress?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

export interface PhotoLabelResult {
  readonly imported: number;
  /** Photos that became examined. */
  readonly examined: number;
  readonly report: PhotoLabelReport;
  readonly editIds: string[];
}

const putsPerEdit = 5_000;

/** The labels of a source on a survey's photos, not yet stored. @throws AppError `photos/not-photos`, and what reading the source throws */
export async function readPhotoLabels(
  ctx: Context,
  { surveyId, source, options, decoder: given, onProgress, signal }: PhotoLabelImport,
): Promise<{ labelled: LabelledPhoto[]; report: PhotoLabelReport; grid: Grid }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db, config } = ctx.store;
  const survey = await surveyById(db, surveyId);
  const { grid } = surveyImage(survey);
  const photos = await photosOf(db, surveyId);
  if (photos.length === 0) {
    throw new AppError(
      "bad-input",
      "photos/not-photos",
      `"${survey.name}" is not a folder of photos, so these labels have no place in it. Import GeoJSON into it, or add the photos with: reefline survey add FOLDER.`,
    );
  }
  const decoder = given ?? photoDecoder(config.limits, signal);
  try {
    const { maskClasses, defaultClass } = options;
    const read = await readPhotoLabelSource(source, { limits: config.limits, decoder, maskClasses, defaultClass, onProgress, signal });
    const { verticesPerFeature } = config.limits;
    return { ...(await placeOnPhotos(read, { photos, grid }, { ...options, verticesPerFeature })), grid };
  } finally {
    if (!given) decoder.close();
  }
}

/**
 * Imports labels drawn on photos, as edits of at most 5,000 changes that can be undone; each photo that the source has labels for becomes examined.
 * @throws AppError `photos/nothing` when none of its names is a photo of the survey, and what reading throws
 */
export async function importPhotoLabels(ctx: Context, request: PhotoLabelImport): Promise<PhotoLabelResult> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  const { labelled, report, grid } = await readPhotoLabels(ctx, request);
  const { surveyId, source } = request;
  if (labelled.length === 0 && !request.isPart) throw nothingMatched(source.fileName, report);
  const examinedBefore = new Set((await featuresOf(ctx.store.db, surveyId, "examined")).map(({ properties }) => properties.photo));
  const newlyExamined = labelled.filter(({ photo }) => !examinedBefore.has(photo.name));
  const fileName = source.fileName.slice(0, 255);
  const content = (layer: "label" | "examined", name: string, geometry: Polygon, properties: Record<string, unknown>): FeatureContent => ({
    layer,
    class: name,
    notes: "",
    properties,
    provenance: { kind: "imported", fileName },
    geometry,
    locked: false,
  });
  const contents = [
    ...newlyExamined.map(({ photo }) => content("examined", "examined", photoOutline(photo, grid), { photo: photo.name })),
    ...labelled.flatMap(({ labels }) => labels.map((label) => content("label", label.class, label.geometry, label.properties))),
  ];
  const editIds: string[] = [];
  for (let start = 0; start < contents.length; start += putsPerEdit) {
    request.signal?.throwIfAborted();
    const part = contents.length > putsPerEdit ? ` (part ${editIds.length + 1})` : "";
    const edit: Edit = {
      id: randomUUID(),
      surveyId,
      puts: contents.slice(start, start + putsPerEdit).map((one) => ({ id: randomUUID(), baseRevision: 0, content: one })),
      deletes: [],
      inverseOf: null,
      title: `Import ${fileName.slice(0, 80)}${part}`,
    };
    await applyEdit(ctx, edit);
    editIds.push(edit.id);
  }
  const imported = labelled.reduce((sum, { labels }) => sum + labels.length, 0);
  return { imported, examined: newlyExamined.length, report, editIds };
}

/** Truth for judging a prediction: labels, the photos they cover, and what does not count. */
export async function photoTruth(
  ctx: Context,
  request: PhotoLabelImport,
): Promise<{ truth: Polygon[]; truthClasses: string[]; area: Polygon[]; ignore: Polygon[]; report: PhotoLabelReport }> {
  const { labelled, report, grid } = await readPhotoLabels(ctx, request);
  if (labelled.length === 0) throw nothingMatched(request.source.fileName, report);
  const all = labelled.flatMap(({ labels }) => labels);
  const known = all.filter((label) => label.class !== unsureClass);
  return {
    truth: known.map(({ geometry }) => geometry),
    truthClasses: known.map((label) => label.class),
    ignore: all.filter((label) => label.class === unsureClass).map(({ geometry }) => geometry),
    area: labelled.map(({ photo }) => photoOutline(photo, grid)),
    report,
  };
}

function nothingMatched(fileName: string, report: PhotoLabelReport): AppError {
  const some = (names: readonly string[]) => `${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`;
  const [refused] = report.refused;
  const why =
    report.unknown.length > 0
      ? `it names ${some(report.unknown)}, and this survey has ${some(report.missing)}. Names must be the same but for folder and ending`
      : refused
        ? `${refused.name}: ${refused.why}`
        : report.withoutOutlines.length > 0
          ? "it lists photos, and no outline on any of them"
          : "it is empty";
  return new AppError("bad-input", "photos/nothing", `${fileName} holds no labels for this survey's photos: ${why}`.replace(/\.?$/, "."), {
    report,
  });
}
