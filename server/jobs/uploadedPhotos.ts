import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { comparePhotoNames, type PhotoFile, type PhotoFolder } from "../assets/listPhotos.ts";
import { writeAtomically } from "../assets/store.ts";

const listSchema = z.array(z.object({ path: z.string(), name: z.string() }));

/** A name inside a folder from what a browser sent: no way up or out of it, nothing that does not print. */
function safePhotoName(given: string): string {
  const parts = given
    .normalize("NFC")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
    .replace(/[\u0000-\u001f\u007f]/g, "")
    .split(/[/\\]/)
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.join("/").slice(-1_000) || "photo";
}

/** Writes which photos were uploaded together, for the import to find; two of one name get numbers. */
export async function writePhotoList(path: string, photos: readonly PhotoFile[]): Promise<void> {
  const taken = new Set<string>();
  const named = photos.map(({ path: file, name }) => {
    const safe = safePhotoName(name);
    let free = safe;
    for (let count = 2; taken.has(free); count++) free = safe.replace(/(\.[^./]*)?$/, ` (${count})$1`);
    taken.add(free);
    return { path: file, name: free };
  });
  await writeAtomically(path, (temporary) => writeFile(temporary, JSON.stringify(named)));
}

/** The uploaded photos in the order of their names, and how to delete them once they are on the sheet. */
export async function uploadedPhotos(listPath: string): Promise<PhotoFolder & { tidy(): Promise<void> }> {
  const photos = listSchema.parse(JSON.parse(await readFile(listPath, "utf8")));
  photos.sort((a, b) => comparePhotoNames(a.name, b.name));
  return {
    photos,
    notes: [],
    tidy: async () => {
      for (const { path } of photos) {
        if (dirname(path) !== dirname(listPath)) continue;
        await rm(path, { force: true });
        await rm(`${path}.json`, { force: true });
      }
      await rm(listPath, { force: true });
    },
  };
}
