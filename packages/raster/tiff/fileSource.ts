import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import { throwIfAborted } from "./rasterError.ts";
import type { Source } from "./source.ts";

/** A regular file as a source; reads may run at the same time. Throws AppError `raster/no-file` when it cannot be opened. */
export async function openFileSource(path: string): Promise<Source> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new AppError(
      missing ? "not-found" : "bad-input",
      "raster/no-file",
      missing
        ? `There is no file ${path}.`
        : `The file ${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
    );
  }
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw new AppError("bad-input", "raster/no-file", `${path} is not a file.`);
  }
  const readInto = async (offset: number, target: Uint8Array): Promise<number> => {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  };
  return {
    sizeBytes: stat.size,
    readInto,
    async read(offset, length, signal) {
      throwIfAborted(signal);
      const wanted = Math.max(0, Math.min(length, stat.size - offset));
      const bytes = Buffer.allocUnsafeSlow(wanted);
      const filled = await readInto(offset, bytes);
      return filled === wanted ? bytes : bytes.subarray(0, filled);
    },
    readNow(offset, into) {
      let filled = 0;
      while (filled < into.length) {
        const count = readSync(handle.fd, into, filled, into.length - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}
