import { closeSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { AppError } from "@reefline/schema/errors";
import { z } from "zod";
import { isProcessAlive } from "./storage/workers.ts";

const lockSchema = z.object({ pid: z.number().int().positive(), startedAt: z.string() });

/**
 * Keeps a second server off a data folder. The lock of a process that is gone is taken over. Returns what releases it.
 *
 * @throws AppError `server/locked` naming the process that holds it.
 */
export function lockDataFolder(path: string): () => void {
  const own = `${path}.${process.pid}`;
  const file = openSync(own, "w");
  writeSync(file, JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() }));
  closeSync(file);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // Linking a finished file is atomic: nobody ever reads a lock that is half written.
        linkSync(own, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      }
      const holder = readHolder(path);
      if (holder !== null && holder !== process.pid && isProcessAlive(holder)) {
        throw new AppError(
          "unavailable",
          "server/locked",
          `Another Reefline server (process ${holder}) already uses this data folder. Use that one, stop it, or choose another folder with --data.`,
        );
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new AppError("unavailable", "server/locked", "This data folder is being opened by several servers at once. Try again.");
}

function readHolder(path: string): number | null {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(path, "utf8"))).pid;
  } catch {
    return null;
  }
}
