import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { z } from "zod";

const metadataSchema = z.object({
  filename: z.string().default("survey.tif"),
  group: z.uuid(),
  groupIndex: z.coerce.number().int().min(0),
  groupCount: z.coerce.number().int().min(1).max(100_000),
  /** What the files become: one image, the first with the bands of the others, or a sheet of photos. */
  groupKind: z.enum(["mosaic", "bands", "photos"]),
  /** Which image is seen where several overlap. */
  onTop: z.enum(["last", "first"]).default("last"),
  /** What the bands of a file are called. */
  bandName: z.string().trim().max(40).default(""),
  /** What a photo is called inside the folder it came from. */
  photoName: z.string().max(2_000).default(""),
});
const mostImages = 500;
const infoSchema = z.object({ id: z.string(), size: z.number(), metadata: z.record(z.string(), z.string().nullable()) });

export type GroupMember = z.infer<typeof metadataSchema>;

export interface UploadedGroup {
  readonly kind: "mosaic" | "bands" | "photos";
  readonly onTop: "last" | "first";
  /** In the order that the user gave. */
  readonly files: readonly { readonly path: string; readonly fileName: string; readonly bandName: string; readonly photoName: string }[];
}

/** What an upload's metadata say of the group it belongs to; null when it stands for itself. @throws AppError `upload/group`. */
export function groupOf(metadata: Readonly<Record<string, string | null>>): GroupMember | null {
  if (!metadata.group) return null;
  const parsed = metadataSchema.safeParse(metadata);
  if (parsed.success && parsed.data.groupKind === "photos") return parsed.data;
  if (parsed.success && parsed.data.groupCount >= 2 && parsed.data.groupCount <= mostImages) return parsed.data;
  throw new AppError(
    "bad-input",
    "upload/group",
    "This file does not say how it belongs to the others it was sent with. Send them again together.",
  );
}

/**
 * The whole group, once its last file has arrived; null before. Told from what lies in the folder, so that a restart in between forgets
 * nothing.
 * @param finishedId the upload that has just ended
 */
export async function completeGroup(directory: string, member: GroupMember, finishedId: string): Promise<UploadedGroup | null> {
  const found = new Map<number, UploadedGroup["files"][number]>();
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json"));
  // Of hundreds of photos only the last few are worth looking for the others.
  if (names.length < member.groupCount) return null;
  for (const name of names) {
    const info = infoSchema.safeParse(await readFile(join(directory, name), "utf8").then(JSON.parse, () => null)).data;
    const other = info ? metadataSchema.safeParse(info.metadata).data : undefined;
    if (!info || other?.group !== member.group || other.groupIndex >= member.groupCount) continue;
    const path = join(directory, info.id);
    const size = await stat(path).then(
      (file) => file.size,
      () => -1,
    );
    if (size !== info.size && info.id !== finishedId) continue;
    found.set(other.groupIndex, { path, fileName: other.filename, bandName: other.bandName, photoName: other.photoName });
  }
  if (found.size < member.groupCount) return null;
  const files = [...found].sort(([a], [b]) => a - b).map(([, file]) => file);
  return { kind: member.groupKind, onTop: member.onTop, files };
}
