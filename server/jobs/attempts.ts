import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Lease } from "./queue.ts";

const attemptName = /^attempt-(\d+)$/;

/**
 * The folder this attempt alone writes to, and those of earlier attempts, newest first. A worker that lost its lease goes on writing to its
 * own folder at most, which nobody publishes any more.
 */
export async function attemptFolders(parent: string, lease: Lease): Promise<{ own: string; earlier: string[] }> {
  const own = join(parent, `attempt-${lease.fence}`);
  await mkdir(own, { recursive: true });
  const fences = (await readdir(parent))
    .map((name) => Number(attemptName.exec(name)?.[1] ?? -1))
    .filter((fence) => fence >= 0 && fence < lease.fence);
  return { own, earlier: fences.sort((a, b) => b - a).map((fence) => join(parent, `attempt-${fence}`)) };
}
