import { type ImportNote, NoteCounter } from "@reefline/formats/importReport";
import type { AnnotatedPhoto, PhotoRegion, PixelRuns } from "@reefline/formats/photos/annotationReading";
import { clipRings } from "@reefline/formats/photos/clipRings";
import { nameMatcher } from "@reefline/formats/photos/matchNames";
import { readPolygon } from "@reefline/formats/polygonReading";
import { orientedPositions } from "@reefline/formats/ringReading";
import { loadGeos } from "@reefline/geo/geosPolygon";
import { pixelToLonLat } from "@reefline/geo/grid";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import type { Photo } from "@reefline/schema/photo";
import { traceMask } from "@reefline/vectorize/traceMask";
import type { RefusedFile, SourceLabels } from "../labels/photoLabelSources.ts";

export interface PlacedLabel {
  /** On the sheet, in longitude and latitude as everything stored is. */
  readonly geometry: Polygon;
  readonly class: string;
  readonly properties: Record<string, unknown>;
}

export interface LabelledPhoto {
  readonly photo: Photo;
  readonly labels: readonly PlacedLabel[];
}

/** What was found and what was not, by name. */
export interface PhotoLabelReport {
  /** "VIA", "VIA 3", "COCO", "GeoJSON", "masks". */
  readonly format: string;
  /** Photos that the source has labels for: they become examined. */
  readonly matched: readonly string[];
  /** Named by the source, but no photo of the survey. */
  readonly unknown: readonly string[];
  /** Listed by the source without any outline: examined only when asked for. */
  readonly withoutOutlines: readonly string[];
  /** Photos of the survey that the source says nothing of. */
  readonly missing: readonly string[];
  readonly refused: readonly RefusedFile[];
  /** Labels by class. */
  readonly classes: Readonly<Record<string, number>>;
  readonly skipped: readonly ImportNote[];
  readonly changed: readonly ImportNote[];
}

export interface PlaceOptions {
  /** Of labels that name no class. */
  readonly defaultClass: string;
  /** The attribute that holds the class; null: `class`, `label`, `category` or the only attribute there is. */
  readonly classAttribute: string | null;
  /** Only labels of these classes; null: all. */
  readonly only: readonly string[] | null;
  /** Photos that the source lists without an outline were looked at and hold nothing. */
  readonly emptyIsExamined: boolean;
  readonly verticesPerFeature: number;
}

const usualClassAttributes = ["class", "label", "category", "type", "name", "species"];

/** Puts a source's outlines on the sheet of a survey, each clipped to its photo. Pure but for loading GEOS. */
export async function placeOnPhotos(
  { annotations, refused }: SourceLabels,
  { photos, grid }: { photos: readonly Photo[]; grid: Grid },
  options: PlaceOptions,
): Promise<{ labelled: LabelledPhoto[]; report: PhotoLabelReport }> {
  const geos = await loadGeos();
  const match = nameMatcher(photos.map(({ name }) => name));
  const byName = new Map(photos.map((photo) => [photo.name, photo]));
  const attribute = options.classAttribute ?? chooseClassAttribute(annotations.photos);
  const skipped = new NoteCounter();
  const changed = new NoteCounter();
  const notTaken: RefusedFile[] = [...refused];
  const unknown: string[] = [];
  const withoutOutlines: string[] = [];
  const labelled = new Map<string, { photo: Photo; labels: PlacedLabel[] }>();
  const classes: Record<string, number> = {};
  const toSheet = pixelToLonLat(grid);

  for (const annotated of annotations.photos) {
    const found = match(annotated.name);
    if (found.kind === "ambiguous") {
      notTaken.push({
        name: annotated.name,
        why: `Several photos are called so: ${found.names.slice(0, 5).join(", ")}. Name it with its folder.`,
      });
      continue;
    }
    const photo = found.kind === "found" ? byName.get(found.name) : undefined;
    if (!photo) {
      unknown.push(annotated.name);
      continue;
    }
    const scale = scaleOf(annotated, photo);
    if (typeof scale === "string") {
      notTaken.push({ name: annotated.name, why: scale });
      continue;
    }
    if (scale.x !== 1 || scale.y !== 1) changed.add("scaled", "labels drawn on the photo at another size were scaled to it", photo.index);
    const labels: PlacedLabel[] = [];
    let hasOthers = false;
    for (const region of annotated.regions) {
      const name = classOf(region, attribute) ?? options.defaultClass;
      if (options.only && !options.only.includes(name)) {
        hasOthers = true;
        skipped.add("other-class", `of another class (${name})`, photo.index);
        continue;
      }
      for (const rings of ringsOf(region, photo)) {
        const clipped = clipRings(scaled(rings, scale), photo);
        if (clipped.wasClipped) changed.add("clipped", "what lay beyond the photo's edge was cut off", photo.index);
        if (clipped.rings.length === 0) {
          skipped.add("off-photo", "beyond the photo's edge", photo.index);
          continue;
        }
        const read = readPolygon(clipped.rings, {
          geos,
          toLonLat: (x, y) => toSheet(photo.colOff + x, photo.rowOff + y),
          verticesPerFeature: options.verticesPerFeature,
        });
        if ("code" in read) {
          skipped.add(read.code, read.reason, photo.index);
          continue;
        }
        for (const [code, reason] of read.changes) if (code !== "closed") changed.add(code, reason, photo.index);
        for (const part of read.parts) {
          classes[name] = (classes[name] ?? 0) + 1;
          const geometry: Polygon = { type: "Polygon", coordinates: part.map((ring, i) => orientedPositions(ring, i === 0)) };
          labels.push({ geometry, class: name, properties: { ...region.properties, photo: photo.name } });
        }
      }
    }
    if (labels.length === 0 && !hasOthers && annotations.format !== "masks" && !options.emptyIsExamined) {
      withoutOutlines.push(photo.name);
      continue;
    }
    const known = labelled.get(photo.name);
    if (known) for (const label of labels) known.labels.push(label);
    else labelled.set(photo.name, { photo, labels });
  }
  return {
    labelled: [...labelled.values()].sort((a, b) => a.photo.index - b.photo.index),
    report: {
      format: annotations.format,
      matched: [...labelled.keys()],
      unknown,
      withoutOutlines: withoutOutlines.filter((name) => !labelled.has(name)),
      missing: photos.map(({ name }) => name).filter((name) => !labelled.has(name) && !withoutOutlines.includes(name)),
      refused: notTaken,
      classes,
      skipped: [...annotations.skipped, ...skipped.list()],
      changed: [...annotations.changed, ...changed.list()],
    },
  };
}

/** Factors from the size that labels were drawn at to the photo's, equal but for rounding; or why there are none. */
function scaleOf({ sizePx }: AnnotatedPhoto, photo: Photo): { x: number; y: number } | string {
  if (!sizePx) return { x: 1, y: 1 };
  const [x, y] = [photo.widthPx / sizePx.widthPx, photo.heightPx / sizePx.heightPx];
  // A side may have been rounded by half a pixel when the photo was made smaller or larger.
  const slack = Math.max(0.51 / Math.min(sizePx.widthPx, sizePx.heightPx), 0.51 / Math.min(photo.widthPx, photo.heightPx));
  if (x === 1 && y === 1) return { x, y };
  if (Math.abs(x / y - 1) <= slack) return { x, y };
  const sizes = `It is ${sizePx.widthPx} × ${sizePx.heightPx} px and its photo ${photo.name} is ${photo.widthPx} × ${photo.heightPx} px`;
  if (sizePx.widthPx === photo.heightPx && sizePx.heightPx === photo.widthPx) {
    return `${sizes}: it was made from the photo before that was turned upright. Turn it by 90°, or take the turn (EXIF orientation) out of the photo.`;
  }
  return `${sizes}, which is not the same picture at another size. Export it at the photo's size.`;
}

function scaled(rings: readonly (readonly unknown[])[], { x, y }: { x: number; y: number }): readonly (readonly unknown[])[] {
  if (x === 1 && y === 1) return rings;
  return rings.map((ring) =>
    ring.map((corner) =>
      Array.isArray(corner) && typeof corner[0] === "number" && typeof corner[1] === "number" ? [corner[0] * x, corner[1] * y] : corner,
    ),
  );
}

/** The polygons of a region, each of rings; runs of pixels are traced along their edges. */
function ringsOf({ shape }: PhotoRegion, photo: Photo): (readonly (readonly unknown[])[])[] {
  if (shape.kind === "rings") return [shape.rings];
  if (shape.widthPx * shape.heightPx > 4 * photo.widthPx * photo.heightPx) return [];
  return traceMask(maskOfRuns(shape), shape.widthPx, shape.heightPx).flatMap(({ parts }) =>
    parts.map(({ outer, holes }) => [outer, ...holes].map(closedPositions)),
  );
}

function maskOfRuns({ widthPx, heightPx, counts }: PixelRuns): Uint8Array {
  const mask = new Uint8Array(widthPx * heightPx);
  let at = 0;
  counts.forEach((length, i) => {
    if (i % 2 === 1) for (let k = at; k < at + length; k++) mask[(k % heightPx) * widthPx + Math.floor(k / heightPx)] = 1;
    at += length;
  });
  return mask;
}

function closedPositions(ring: Int32Array): [number, number][] {
  const corners: [number, number][] = [];
  for (let i = 0; i <= ring.length; i += 2) corners.push([ring[i % ring.length] ?? 0, ring[(i + 1) % ring.length] ?? 0]);
  return corners;
}

/** The attribute that is usually called so, or the only one that any outline has. */
function chooseClassAttribute(photos: readonly AnnotatedPhoto[]): string | null {
  const names = new Set(photos.flatMap(({ regions }) => regions.flatMap(({ properties }) => Object.keys(properties))));
  const usual = usualClassAttributes.find((name) => [...names].some((known) => known.toLowerCase() === name));
  const found = usual === undefined ? undefined : [...names].find((known) => known.toLowerCase() === usual);
  if (found !== undefined) return found;
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : null;
}

function classOf({ properties }: PhotoRegion, attribute: string | null): string | null {
  const value = attribute === null ? undefined : properties[attribute];
  const name = typeof value === "string" ? value.trim() : "";
  return name.length > 0 && name.length <= 60 ? name : null;
}
