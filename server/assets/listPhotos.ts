import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { AppError } from "@reefline/schema/errors";

export interface PhotoFile {
  readonly path: string;
  /** Inside the folder, with "/" between its parts. */
  readonly name: string;
}

export interface PhotoFolder {
  /** In the order of their names, numbers by their value. */
  readonly photos: readonly PhotoFile[];
  /** What was not taken, for the person who added the folder. */
  readonly notes: readonly string[];
}

/** Told by the ending; what it is, decoding it tells. */
export const looksLikePhoto = (fileName: string): boolean => photoEnding.test(fileName);
const photoEnding = /\.(jpe?g|jpe|jfif|png)$/i;
/** Beside folders of photos these hold what was drawn on them. */
const maskFolder = /^(masks?|labels?|annotations?|gt|ground[-_ ]?truth|targets?)$/i;
const deepest = 8;
const byName = new Intl.Collator("en", { numeric: true });

/** Names in the order a person expects: `photo2` before `photo10`. */
export function comparePhotoNames(a: string, b: string): number {
  return byName.compare(a, b) || (a < b ? -1 : 1);
}

/**
 * The photos in a folder and its sub-folders, told by their endings; hidden files, and folders of masks beside photos, are left out.
 * @throws AppError `photos/none`, `photos/too-many`
 */
export async function listPhotos(folder: string, maxCount: number): Promise<PhotoFolder> {
  const photos: PhotoFile[] = [];
  const masks: { folder: string; count: number }[] = [];
  const others = new Map<string, number>();
  const walk = async (path: string, prefix: string, depth: number): Promise<void> => {
    const entries: Dirent[] = await readdir(path, { withFileTypes: true });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const inside = join(path, entry.name);
      const name = `${prefix}${entry.name}`;
      const isLink = entry.isSymbolicLink();
      if (entry.isDirectory()) {
        if (depth >= deepest) continue;
        if (maskFolder.test(entry.name)) masks.push({ folder: name, count: (await readdir(inside)).length });
        else await walk(inside, `${name}/`, depth + 1);
      } else if (entry.isFile() || (isLink && (await stat(inside).catch(() => null))?.isFile())) {
        if (photoEnding.test(entry.name)) photos.push({ path: inside, name });
        else
          others.set(
            extname(entry.name).toLowerCase() || "no ending",
            (others.get(extname(entry.name).toLowerCase() || "no ending") ?? 0) + 1,
          );
      }
      if (photos.length > maxCount) throw tooManyPhotos(maxCount);
    }
  };
  await walk(folder, "", 1);
  if (photos.length === 0) {
    throw new AppError(
      "bad-input",
      "photos/none",
      "This folder holds no photo (JPEG or PNG). Name the folder that the photos are in, or the GeoTIFF files themselves.",
    );
  }
  photos.sort((a, b) => comparePhotoNames(a.name, b.name));
  return {
    photos,
    notes: [
      ...masks.map(
        ({ folder: name, count }) => `The folder ${name} (${count} files) was left out: it looks like masks. Import it as labels.`,
      ),
      ...(others.size > 0
        ? [`Files that are no photos were left out: ${[...others].map(([ending, n]) => `${n} × ${ending}`).join(", ")}.`]
        : []),
    ],
  };
}

export function tooManyPhotos(maxCount: number): AppError {
  return new AppError(
    "limit",
    "photos/too-many",
    `These are more than the ${maxCount.toLocaleString("en")} photos that one survey may have. Add them as several surveys, for instance one a day.`,
  );
}
