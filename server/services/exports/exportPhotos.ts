import { rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { csvText } from "@reefline/formats/csv";
import type { ExportFeature } from "@reefline/formats/exportTable";
import { cocoOut, photoGeoJsonOut, viaOut } from "@reefline/formats/photos/photoExport";
import { onPhoto, type PhotoOut, type PhotoShape } from "@reefline/formats/photos/photoShapes";
import { lonLatToPixel } from "@reefline/geo/grid";
import { photoFinder } from "@reefline/geo/photoFinder";
import { AppError } from "@reefline/schema/errors";
import type { Grid } from "@reefline/schema/grid";
import type { Photo } from "@reefline/schema/photo";
import type { Prediction } from "@reefline/schema/prediction";
import sharp from "sharp";
import { ZipFile } from "yazl";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { photosOf } from "../../storage/photos.ts";
import { surveyById } from "../../storage/surveys.ts";
import { unsureClass } from "../labels/groundOf.ts";
import { listSurveyPhotos } from "../surveys/photos.ts";
import { surveyImage } from "../surveys/surveys.ts";
import type { ExportFile } from "./exportFile.ts";
import { labelFeatures, predictedFeatures, safeFileName } from "./exportLayer.ts";

export const photoFormats = ["geojson", "via", "coco", "masks", "csv"] as const;
export type PhotoFormat = (typeof photoFormats)[number];

/** A file's ending, as its address and its name have it. */
export const photoEndings: Record<PhotoFormat, string> = {
  geojson: "photos.geojson",
  via: "via.json",
  coco: "coco.json",
  masks: "masks.zip",
  csv: "photos.csv",
};
const contentTypes: Record<PhotoFormat, string> = {
  geojson: "application/geo+json; charset=utf-8",
  via: "application/json; charset=utf-8",
  coco: "application/json; charset=utf-8",
  masks: "application/zip",
  csv: "text/csv; charset=utf-8",
};
const reefValue = 255;
const unsureValue = 128;

export interface PhotoExport {
  readonly surveyId: string;
  readonly format: PhotoFormat;
  /** What was predicted at a threshold whose outlines are there; null: the labels. */
  readonly predicted: { readonly prediction: Prediction; readonly threshold: number } | null;
}

/**
 * Labels or predicted polygons of a folder of photos, each in the pixels of its own photo. Masks are of the photos that were examined; of a prediction, of all.
 * @throws AppError `photos/not-photos`, and what reading the polygons throws
 */
export async function exportPhotos(ctx: Context, { surveyId, format, predicted }: PhotoExport): Promise<ExportFile> {
  authorize(ctx.principal, "export:read", ctx.store.projectId);
  const { db } = ctx.store;
  const survey = await surveyById(db, surveyId);
  const photos = await photosOf(db, surveyId);
  if (photos.length === 0) {
    throw new AppError("bad-input", "photos/not-photos", `"${survey.name}" is not a folder of photos. Export it as GeoJSON or GeoPackage.`);
  }
  const features = predicted ? await predictedFeatures(ctx, predicted.prediction, predicted.threshold) : await labelFeatures(ctx, surveyId);
  const layer = predicted ? "prediction" : "labels";
  const name = `${survey.name} ${layer}`;
  const outcome: ExportFile["outcome"] = { featureCount: 0, notes: [] };
  const { grid } = surveyImage(survey);
  const out = async function* (): AsyncGenerator<PhotoOut & { photo: Photo }> {
    const shapes = await shapesByPhoto(features, photos, grid);
    for (const photo of photos) {
      const own = shapes.get(photo.index) ?? [];
      outcome.featureCount += own.length;
      yield { photo, name: photo.name, widthPx: photo.widthPx, heightPx: photo.heightPx, shapes: own };
    }
  };
  const examined = async () => new Set((await listSurveyPhotos(ctx, surveyId)).filter((one) => one.isExamined).map(({ index }) => index));
  const pieces = (): AsyncIterable<string | Uint8Array> => {
    if (format === "geojson") return photoGeoJsonOut(out(), { name });
    if (format === "via") return viaOut(out(), outcome.notes);
    if (format === "coco") return cocoOut(out(), { description: name, rasterize });
    if (format === "csv") return photoTable(out(), examined());
    return maskZip(out(), predicted ? Promise.resolve(null) : examined(), outcome.notes);
  };
  return {
    fileName: `${safeFileName(survey.name)}-${layer}.${photoEndings[format]}`,
    contentType: contentTypes[format],
    pieces: pieces(),
    outcome,
  };
}

/** Every polygon cut by the photos that it lies on, in their pixels. */
async function shapesByPhoto(
  features: Iterable<ExportFeature> | AsyncIterable<ExportFeature>,
  photos: readonly Photo[],
  grid: Grid,
): Promise<Map<number, PhotoShape[]>> {
  const toSheet = lonLatToPixel(grid);
  const find = photoFinder(photos);
  const shapes = new Map<number, PhotoShape[]>();
  for await (const { id, geometry, class: kind, probability, source } of features) {
    const rings = geometry.coordinates.map((ring) =>
      ring.map(([lon, lat]): [number, number] => {
        const { col, row } = toSheet(lon, lat);
        return [col, row];
      }),
    );
    const box = boxOf(rings);
    const whole = find((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    const touched = whole && holds(whole, box) ? [whole] : photos.filter((photo) => touches(photo, box));
    for (const photo of touched) {
      const moved = rings.map((ring) => ring.map(([col, row]): [number, number] => [col - photo.colOff, row - photo.rowOff]));
      const own = onPhoto(moved, photo);
      if (!own) continue;
      const known = shapes.get(photo.index) ?? [];
      known.push({
        rings: own,
        class: kind,
        properties: { id, source, ...(probability === null ? {} : { probability: Number(probability.toFixed(4)) }) },
      });
      shapes.set(photo.index, known);
    }
  }
  return shapes;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf(rings: readonly (readonly (readonly [number, number])[])[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [col, row] of rings[0] ?? []) {
    left = Math.min(left, col);
    right = Math.max(right, col);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  return { left, top, right, bottom };
}

const slack = 1e-3;
const holds = (photo: Photo, { left, top, right, bottom }: Box): boolean =>
  left >= photo.colOff - slack &&
  top >= photo.rowOff - slack &&
  right <= photo.colOff + photo.widthPx + slack &&
  bottom <= photo.rowOff + photo.heightPx + slack;
const touches = (photo: Photo, { left, top, right, bottom }: Box): boolean =>
  left < photo.colOff + photo.widthPx && right > photo.colOff && top < photo.rowOff + photo.heightPx && bottom > photo.rowOff;

/** 1 where a pixel's centre lies in one of the shapes. */
function rasterize(shapes: readonly PhotoShape[], { widthPx, heightPx }: { widthPx: number; heightPx: number }): Uint8Array {
  const polygons = shapes.map(({ rings }) => rings.map((ring) => Float64Array.from(ring.flat())));
  return rasterizePolygons(polygons, { colOff: 0, rowOff: 0, widthPx, heightPx });
}

/** A line a photo: how much of it is labelled, counted in its own pixels, overlaps once. */
async function* photoTable(photos: AsyncIterable<PhotoOut & { photo: Photo }>, examined: Promise<Set<number>>): AsyncGenerator<string> {
  const looked = await examined;
  const header = ["photo", "group", "width_px", "height_px", "examined", "polygons", "area_px", "share"];
  const rows: (string | number)[][] = [];
  for await (const { photo, shapes } of photos) {
    const counted = shapes.filter((shape) => shape.class !== unsureClass);
    let area = 0;
    if (counted.length > 0) for (const value of rasterize(counted, photo)) area += value;
    const { widthPx, heightPx } = photo;
    const share = Number((area / (widthPx * heightPx)).toFixed(6));
    rows.push([photo.name, photo.group, widthPx, heightPx, looked.has(photo.index) ? "yes" : "no", counted.length, area, share]);
  }
  yield csvText(header, rows);
}

/** A zip of PNGs, named as their photos: 255 reef, 128 unsure, 0 neither. */
async function* maskZip(
  photos: AsyncIterable<PhotoOut & { photo: Photo }>,
  wanted: Promise<Set<number> | null>,
  notes: string[],
): AsyncGenerator<Uint8Array> {
  const only = await wanted;
  const zip = new ZipFile();
  const filling = (async () => {
    let left = 0;
    let unsure = 0;
    for await (const { photo, shapes } of photos) {
      if (only && !only.has(photo.index)) {
        left++;
        continue;
      }
      const doubtful = shapes.filter((shape) => shape.class === unsureClass);
      const sure = shapes.filter((shape) => shape.class !== unsureClass);
      unsure += doubtful.length;
      const isUnsure = rasterize(doubtful, photo);
      const mask = rasterize(sure, photo).map((value, i) => (isUnsure[i] === 1 ? unsureValue : value * reefValue));
      const { widthPx: width, heightPx: height } = photo;
      const png = await sharp(mask, { raw: { width, height, channels: 1 } })
        .toColourspace("b-w")
        .png()
        .toBuffer();
      zip.addBuffer(png, maskName(photo.name), { compress: false });
    }
    if (left > 0) notes.push(`${left} photos that were not examined have no mask.`);
    if (unsure > 0)
      notes.push(`Pixels of the value ${unsureValue} are unsure: read the masks with ${reefValue}=reef,${unsureValue}=unsure.`);
    zip.end();
  })();
  filling.catch((error: unknown) => zip.outputStream.emit("error", error));
  yield* zip.outputStream as AsyncIterable<Uint8Array>;
  await filling;
}

/** A path inside the zip that leads nowhere else. */
function maskName(photo: string): string {
  const parts = photo.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
  return `${parts
    .join("/")
    .replace(/\.[^./]*$/, "")
    .replace(/^[a-z]:/i, "")}.png`;
}
