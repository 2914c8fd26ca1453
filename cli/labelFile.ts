import { readFile, stat } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import { noFile, type Session } from "./session.ts";

/** A file's bytes. @throws AppError when there is none, or it is larger than can be read at once. */
export async function readLabelFile(session: Session, file: string): Promise<Uint8Array> {
  const { size } = await stat(file).catch(() => {
    throw noFile(file);
  });
  const limit = session.ctx.store.config.limits.jsonBytes;
  if (size > limit) {
    const megabytes = Math.floor(limit / 2 ** 20);
    throw new AppError(
      "limit",
      "cli/too-large",
      `${file} is larger than the ${megabytes} MB that can be read at once. Split it into parts.`,
    );
  }
  return readFile(file);
}
