import { AppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import { NoteCounter } from "../importReport.ts";
import { parseJsonText } from "../jsonText.ts";
import { type AnnotatedPhoto, type AnnotationReading, isObject, type PhotoAnnotations, type PhotoRegion } from "./annotationReading.ts";
import { isCoco, readCoco } from "./coco.ts";
import { isPhotoGeoJson, readPhotoGeoJson } from "./photoGeoJson.ts";
import { isVia, readVia } from "./via.ts";
import { isVia3, readVia3 } from "./via3.ts";

const formats = [
  { name: "VIA 3", is: isVia3, read: readVia3 },
  { name: "COCO", is: isCoco, read: readCoco },
  { name: "GeoJSON", is: isPhotoGeoJson, read: readPhotoGeoJson },
  { name: "VIA", is: isVia, read: readVia },
] as const;

/**
 * Reads a file of outlines drawn on photos: VGG Image Annotator 1, 2 (annotations or a whole project) and 3, COCO, or GeoJSON whose
 * features name their photo.
 * @throws AppError `photos/unknown-format`, and what parsing JSON within limits throws
 */
export function readPhotoAnnotations(
  bytes: Uint8Array | string,
  limits: Pick<Limits, "jsonBytes" | "jsonDepth" | "featuresPerImport">,
): PhotoAnnotations {
  const root = parseJsonText(bytes, limits);
  const format = formats.find(({ is }) => is(root));
  if (!format || !isObject(root)) {
    throw new AppError(
      "bad-input",
      "photos/unknown-format",
      "This file is none of the kinds of labels that are read for photos: VIA 1, 2 or 3, COCO, or GeoJSON whose features have the attribute photo. Export it as one of these, or name a folder of mask images.",
    );
  }
  const photos = new Map<string, { name: string; sizePx: AnnotatedPhoto["sizePx"]; regions: PhotoRegion[] }>();
  let count = 0;
  const reading: AnnotationReading = {
    skipped: new NoteCounter(),
    changed: new NoteCounter(),
    add(name, sizePx, regions) {
      count += regions.length;
      if (count > limits.featuresPerImport) {
        throw new AppError(
          "limit",
          "formats/too-many-features",
          `This file holds more than ${limits.featuresPerImport.toLocaleString("en")} outlines, the most that can be imported at once: split it into parts.`,
        );
      }
      const known = photos.get(name);
      if (!known) photos.set(name, { name, sizePx, regions: [...regions] });
      else {
        known.sizePx ??= sizePx;
        for (const region of regions) known.regions.push(region);
      }
    },
  };
  format.read(root, reading);
  return { format: format.name, photos: [...photos.values()], skipped: reading.skipped.list(), changed: reading.changed.list() };
}
