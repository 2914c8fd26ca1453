import { create } from "zustand";
import { looksLikePhoto, type NamedFile } from "./photoFiles.ts";
import { looksLikeRaster, startUpload } from "./uploads.ts";

/** Images given together, waiting for the word on what they become. */
export const useAddImages = create<{
  files: readonly File[] | null;
  photos: readonly NamedFile[] | null;
  folder: string | null;
  addressOpen: boolean;
}>(() => ({
  files: null,
  photos: null,
  folder: null,
  addressOpen: false,
}));

/** Photos become one survey, once the user has named it. Returns what is no photo. */
export function offerPhotos(files: readonly NamedFile[], folder: string | null): NamedFile[] {
  const photos = files.filter(({ file }) => looksLikePhoto(file.name));
  if (photos.length > 0) useAddImages.setState({ photos, folder });
  return files.filter((one) => !photos.includes(one));
}

/** One image becomes a survey at once; about several the user is asked. Returns what is no image. */
export function offerImages(files: readonly File[]): File[] {
  const images = files.filter((file) => looksLikeRaster(file.name));
  const [only] = images;
  if (images.length === 1 && only) void startUpload(only);
  else if (images.length > 1) useAddImages.setState({ files: images });
  return files.filter((file) => !images.includes(file));
}

export type ImagesPlan =
  | { kind: "apart" }
  | { kind: "mosaic"; name: string; onTop: "last" | "first" }
  | { kind: "bands"; name: string; base: number; bandNames: readonly string[] };

/** Sends images as what they are to become: surveys of their own, one laid over each other, or one with the bands of the others. */
export function sendImages(files: readonly File[], plan: ImagesPlan): void {
  if (plan.kind === "apart") {
    for (const file of files) void startUpload(file);
    return;
  }
  const group = crypto.randomUUID();
  // The image that has the colours comes first; the others add to it.
  const order = plan.kind === "bands" ? [plan.base, ...files.map((_, i) => i).filter((i) => i !== plan.base)] : files.map((_, i) => i);
  order.forEach((fileIndex, position) => {
    const file = files[fileIndex];
    if (!file) return;
    void startUpload(file, {
      group,
      metadata: {
        surveyName: plan.name,
        group,
        groupIndex: String(position),
        groupCount: String(files.length),
        groupKind: plan.kind,
        ...(plan.kind === "mosaic" ? { onTop: plan.onTop } : { bandName: plan.bandNames[fileIndex] ?? "" }),
      },
    });
  });
}
