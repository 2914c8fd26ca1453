import { open, rename, unlink } from "node:fs/promises";

/** Writes the whole file under a temporary name in the same folder, flushes it, renames it: readers see the old or the new, never half. */
export async function writeFileAtomically(path: string, parts: readonly (Uint8Array | string)[]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w");
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } catch (error) {
    await file.close();
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await file.close();
  await rename(temporary, path);
}
