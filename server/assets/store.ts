import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Store } from "../storage/store.ts";

/** A new version for something that is part of a tile's URL. */
export const newVersion = (): string => randomBytes(6).toString("hex");

/** Flushes a file and then its folder, so that a rename before it is durable too. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await flushFolder(dirname(path));
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  // Windows cannot open folders; there the rename itself is journalled.
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** Makes `path` appear whole or not at all: `write` fills a temporary name in the same folder, which is flushed and renamed. */
export async function writeAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await write(temporary);
    await flushFile(temporary);
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

export async function copyAtomically(from: string, to: string): Promise<void> {
  await writeAtomically(to, (temporary) => copyFile(from, temporary, constants.COPYFILE_FICLONE));
}

const gigabytes = (bytes: number): string => (bytes >= 1e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`);

/** How much disk work will need, told beforehand. @throws AppError `disk/full` when there is less. */
export async function requireDisk(folder: string, neededBytes: number): Promise<{ sentence: string }> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < neededBytes) {
    throw new AppError(
      "unavailable",
      "disk/full",
      `This needs up to ${gigabytes(neededBytes)} of disk while it runs, and ${gigabytes(free)} are free. Make room, or choose another data folder.`,
    );
  }
  return { sentence: `needs up to ${gigabytes(neededBytes)} of disk, ${gigabytes(free)} are free` };
}

const uploadKeptMs = 7 * 24 * 3_600 * 1_000;

/**
 * Removes what crashes left: folders of assets, models, predictions and runs that no row knows, temporary files, and uploads nobody went
 * on with for a week. Called when a server starts; work in progress is known by its rows and stays.
 */
export async function sweepGarbage(store: Store): Promise<string[]> {
  const { db, paths } = store;
  const removed: string[] = [];
  const sweep = async (folder: string, isKnown: (name: string) => boolean) => {
    for (const name of await readdir(folder)) {
      if (isKnown(name)) continue;
      await rm(join(folder, name), { recursive: true, force: true });
      removed.push(join(folder, name));
    }
  };
  const jobs = await db.selectFrom("jobs").select(["id", "paramsJson"]).where("state", "in", ["queued", "running"]).execute();
  const underWay = jobs.map((job) => `${job.id} ${job.paramsJson}`).join("\n");
  const idsOf = async (table: "assets" | "models" | "predictions" | "runs") =>
    new Set((await db.selectFrom(table).select("id").execute()).map((row) => row.id));
  const bareId = (name: string) => /[a-z]{2}_[0-9a-z]{19}/.exec(name)?.[0] ?? name;
  for (const [folder, table] of [
    [paths.assets, "assets"],
    [paths.models, "models"],
    [paths.predictions, "predictions"],
    [paths.runs, "runs"],
  ] as const) {
    const known = await idsOf(table);
    // An import's asset and a run's model have no row until they are whole; their jobs name what they belong to.
    await sweep(folder, (name) => known.has(name) || (jobs.length > 0 && (underWay.includes(bareId(name)) || table === "assets")));
  }
  for (const name of await readdir(paths.uploads)) {
    const path = join(paths.uploads, name);
    const { mtimeMs } = await stat(path);
    // The demo's folder carries its job's name; an upload may be gone on with.
    const isFresh = !name.startsWith("demo-") && Date.now() - mtimeMs < uploadKeptMs;
    const isNeeded = underWay.includes(name.replace(/\.json$/, "")) || underWay.includes(bareId(name));
    if (isFresh || isNeeded) continue;
    await rm(path, { recursive: true, force: true });
    removed.push(path);
  }
  return removed;
}
