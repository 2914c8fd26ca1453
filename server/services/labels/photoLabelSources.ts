import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PhotoAnnotations, PhotoRegion } from "@reefline/formats/photos/annotationReading";
import { readPhotoAnnotations } from "@reefline/formats/photos/annotations";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import { comparePhotoNames } from "../../assets/listPhotos.ts";
import type { PhotoDecoder } from "../../assets/photoDecoder.ts";

/** One file of outlines, or masks that are named as their photos. */
export type PhotoLabelSource =
  | { readonly kind: "file"; readonly fileName: string; readonly bytes: Uint8Array }
  | { readonly kind: "masks"; readonly fileName: string; readonly masks: readonly MaskFile[] };

export interface MaskFile {
  readonly path: string;
  readonly name: string;
}

export interface RefusedFile {
  readonly name: string;
  readonly why: string;
}

/** What a source says, photo by photo, before its names are matched. */
export interface SourceLabels {
  readonly annotations: PhotoAnnotations;
  readonly refused: readonly RefusedFile[];
}

const deepest = 8;

/** The PNG masks in a folder and its sub-folders. @throws AppError `mask/none` */
export async function listMasks(folder: string): Promise<{ masks: MaskFile[]; refused: RefusedFile[] }> {
  const masks: MaskFile[] = [];
  const refused: RefusedFile[] = [];
  const walk = async (path: string, prefix: string, depth: number): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) {
        if (depth < deepest) await walk(join(path, entry.name), `${name}/`, depth + 1);
      } else if (/\.png$/i.test(entry.name)) masks.push({ path: join(path, entry.name), name });
      else if (/\.(jpe?g|tiff?|gif|bmp|webp)$/i.test(entry.name))
        refused.push({ name, why: "It is not a PNG. Save masks as PNG: other formats change their values." });
    }
  };
  await walk(folder, "", 1);
  if (masks.length === 0) {
    const why = refused[0] ? ` ${refused[0].name}: ${refused[0].why}` : " Masks are PNG images with the names of their photos.";
    throw new AppError("bad-input", "mask/none", `The folder ${basename(folder)} holds no PNG mask.${why}`);
  }
  masks.sort((a, b) => comparePhotoNames(a.name, b.name));
  return { masks, refused };
}

/** How often each value occurs that is not 0, over all masks. */
export interface MaskValue {
  readonly value: string;
  readonly pixels: number;
  readonly masks: number;
}

/**
 * Reads a source. Masks are read in two rounds: first which values they hold, then the outlines of those that mean something.
 * @param maskClasses what the values of masks mean; null: the one value that is not 0 is `defaultClass`
 * @throws AppError `photos/unknown-format`, `mask/values`
 */
export async function readPhotoLabelSource(
  source: PhotoLabelSource,
  {
    limits,
    decoder,
    maskClasses,
    defaultClass,
    onProgress,
    signal,
  }: {
    limits: Limits;
    decoder: PhotoDecoder;
    maskClasses: Readonly<Record<string, string>> | null;
    defaultClass: string;
    onProgress?: (done: number, all: number) => void;
    signal?: AbortSignal;
  },
): Promise<SourceLabels> {
  if (source.kind === "file") return { annotations: readPhotoAnnotations(source.bytes, limits), refused: [] };
  const refused: RefusedFile[] = [];
  const looked: { mask: MaskFile; values: string[]; sizePx: { widthPx: number; heightPx: number } }[] = [];
  const all = source.masks.length;
  for (const [index, mask] of source.masks.entries()) {
    signal?.throwIfAborted();
    onProgress?.(index / 2, all);
    try {
      const { widthPx, heightPx, counts, hasMore } = await decoder.lookAtMask(mask.path);
      const values = counts.map(({ value }) => value).filter((value) => !isNothing(value));
      if (hasMore)
        refused.push({
          name: mask.name,
          why: "It holds more than 64 values, so it is a picture or a probability, not a mask. Save it as a mask of few values.",
        });
      else looked.push({ mask, values, sizePx: { widthPx, heightPx } });
    } catch (error) {
      refused.push(refusedBy(error, mask.name));
    }
  }
  const classes = maskClasses ?? { [reefValue(looked)]: defaultClass };
  const groups = groupsByClass(classes);
  const photos: PhotoAnnotations["photos"][number][] = [];
  let outlines = 0;
  for (const [index, { mask, values, sizePx }] of looked.entries()) {
    signal?.throwIfAborted();
    onProgress?.(all / 2 + index / 2, all);
    const unknown = values.filter((value) => classes[value] === undefined);
    if (unknown.length > 0) {
      refused.push({
        name: mask.name,
        why: `It holds ${valuesInWords(unknown)} too, and nothing says what ${unknown.length === 1 ? "that" : "those"} mean. ${howToSay}`,
      });
      continue;
    }
    try {
      const polygons = await decoder.traceMask(
        mask.path,
        groups.map(({ values: group }) => group),
      );
      outlines += polygons.length;
      if (outlines > limits.featuresPerImport) {
        throw new AppError(
          "limit",
          "formats/too-many-features",
          `These masks hold more than ${limits.featuresPerImport.toLocaleString("en")} patches, the most that can be imported at once: import them in parts, or clear the specks first.`,
        );
      }
      const regions = polygons.map(({ value, rings }): PhotoRegion => {
        const name = classes[value] ?? defaultClass;
        return { shape: { kind: "rings", rings: rings.map(positions) }, properties: name === "" ? {} : { class: name } };
      });
      photos.push({ name: mask.name, sizePx, regions });
    } catch (error) {
      if (isAppError(error) && error.kind === "limit" && error.code === "formats/too-many-features") throw error;
      refused.push(refusedBy(error, mask.name));
    }
  }
  return { annotations: { format: "masks", photos, skipped: [], changed: [] }, refused };
}

/** Black is nothing, in whichever way it is stored, unless somebody says otherwise. */
const isNothing = (value: string): boolean => value === "0" || value === "#000000";

const howToSay = "Say it with value=class, for instance 255=reef or 1=reef,2=unsure,3=none.";
const valuesInWords = (values: readonly string[]): string =>
  values.length === 1 ? `the value ${values[0]}` : `the values ${values.join(", ")}`;

/** The value that means reef when nobody says so: the only one that is not 0. @throws AppError `mask/values` */
function reefValue(looked: readonly { mask: MaskFile; values: readonly string[] }[]): string {
  const alone = new Set(looked.filter(({ values }) => values.length === 1).map(({ values }) => values[0] ?? ""));
  const several = looked.filter(({ values }) => values.length > 1);
  const [only] = alone;
  if (alone.size === 1 && only !== undefined) return only;
  if (alone.size === 0 && several.length === 0) return "255";
  const values = [...new Set(looked.flatMap((mask) => mask.values))].sort(comparePhotoNames);
  const names = looked.filter((mask) => mask.values.length > 0).slice(0, 5);
  throw new AppError(
    "bad-input",
    "mask/values",
    `These masks hold ${valuesInWords(values)}, and nothing says which is reef (${names.map(({ mask, values: own }) => `${mask.name}: ${own.join(", ")}`).join("; ")}${looked.length > names.length ? "; …" : ""}). ${howToSay}`,
    { values },
  );
}

/** Values of one class are traced together; "none" is background. */
function groupsByClass(classes: Readonly<Record<string, string>>): { values: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const [value, name] of Object.entries(classes)) {
    if (name === "none") continue;
    groups.set(name, [...(groups.get(name) ?? []), value]);
  }
  return [...groups.values()].map((values) => ({ values }));
}

function positions(ring: Int32Array): [number, number][] {
  const corners: [number, number][] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) corners.push([ring[i] ?? 0, ring[i + 1] ?? 0]);
  return corners;
}

function refusedBy(error: unknown, name: string): RefusedFile {
  if (isAppError(error) && error.kind !== "cancelled") return { name, why: error.message };
  throw error;
}
