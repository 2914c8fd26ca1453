import { type AnnotatedPhoto, type AnnotationReading, isObject, type JsonObject, type PhotoRegion } from "./annotationReading.ts";
import { areNumbers, flatRing } from "./shapeRings.ts";

export function isCoco(root: unknown): boolean {
  return isObject(root) && Array.isArray(root.images) && Array.isArray(root.annotations);
}

/** COCO (https://cocodataset.org/#format-data): polygons, and masks as runs of pixels, packed as text or not. */
export function readCoco(root: JsonObject, reading: AnnotationReading): void {
  const categories = new Map<unknown, string>();
  for (const category of Array.isArray(root.categories) ? root.categories : []) {
    if (isObject(category) && typeof category.name === "string") categories.set(category.id, category.name);
  }
  const images = new Map<unknown, { name: string; sizePx: AnnotatedPhoto["sizePx"] }>();
  for (const [index, image] of (Array.isArray(root.images) ? root.images : []).entries()) {
    if (!isObject(image) || typeof image.file_name !== "string") {
      reading.skipped.add("no-file", "an entry that names no image", index);
      continue;
    }
    const { width, height } = image;
    const sizePx =
      typeof width === "number" && typeof height === "number" && width > 0 && height > 0 ? { widthPx: width, heightPx: height } : null;
    images.set(image.id, { name: image.file_name, sizePx });
    reading.add(image.file_name, sizePx, []);
  }
  for (const [index, annotation] of (Array.isArray(root.annotations) ? root.annotations : []).entries()) {
    const image = isObject(annotation) ? images.get(annotation.image_id) : undefined;
    if (!isObject(annotation) || !image) {
      reading.skipped.add("no-image", "an outline of an image that the file does not list", index);
      continue;
    }
    const properties: JsonObject = {};
    const category = categories.get(annotation.category_id);
    if (category !== undefined) properties.category = category;
    if (annotation.id !== undefined) properties.cocoId = annotation.id;
    if (annotation.iscrowd === 1) properties.iscrowd = 1;
    const regions = regionsOf(annotation.segmentation, properties, index, reading);
    reading.add(image.name, image.sizePx, regions);
  }
}

/** One annotation may be in several pieces. */
function regionsOf(segmentation: unknown, properties: JsonObject, index: number, reading: AnnotationReading): PhotoRegion[] {
  if (isObject(segmentation)) {
    const runs = runsOf(segmentation);
    if (runs) return [{ shape: { kind: "runs", ...runs }, properties }];
    reading.skipped.add("bad-runs", "runs of pixels that do not fill their image", index);
    return [];
  }
  if (!Array.isArray(segmentation) || segmentation.length === 0) {
    reading.skipped.add("only-a-box", "no outline, only a box", index);
    return [];
  }
  const rings = segmentation.every((value) => typeof value === "number") ? [segmentation] : segmentation;
  return rings.flatMap((ring): PhotoRegion[] => {
    if (Array.isArray(ring) && ring.length >= 6) return [{ shape: { kind: "rings", rings: [flatRing(ring)] }, properties }];
    reading.skipped.add("too-few-corners", "an outline with fewer than three corners", index);
    return [];
  });
}

function runsOf({ size, counts }: JsonObject): { widthPx: number; heightPx: number; counts: number[] } | null {
  if (!Array.isArray(size) || !areNumbers(size)) return null;
  const [heightPx = 0, widthPx = 0] = size;
  const lengths = typeof counts === "string" ? unpackRuns(counts) : Array.isArray(counts) && areNumbers(counts) ? [...counts] : null;
  if (!lengths?.every((length) => Number.isInteger(length) && length >= 0)) return null;
  return lengths.reduce((sum, length) => sum + length, 0) === widthPx * heightPx ? { widthPx, heightPx, counts: lengths } : null;
}

/** `rleFrString` of the COCO API: five bits a character, lowest first; from the third run on, what differs from the run two before. */
function unpackRuns(text: string): number[] {
  const counts: number[] = [];
  for (let at = 0; at < text.length; ) {
    let [value, shift, more] = [0, 0, true];
    while (more && at < text.length) {
      const bits = text.charCodeAt(at++) - 48;
      value += (bits & 0x1f) * 2 ** shift;
      more = (bits & 0x20) !== 0;
      shift += 5;
      if (!more && (bits & 0x10) !== 0) value -= 2 ** shift;
    }
    counts.push(counts.length > 2 ? value + (counts[counts.length - 2] ?? 0) : value);
  }
  return counts;
}
