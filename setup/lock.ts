import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "libsql";

/**
 * Runs `work` while no other process of this machine holds the lock at `path`. The lock is SQLite's own on an empty database: the
 * operating system frees it when its holder dies, however it dies, so none is ever stale.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  try {
    for (let waited = false; ; waited = true) {
      try {
        database.exec("BEGIN EXCLUSIVE");
        break;
      } catch (error) {
        if (!/locked|busy/i.test(String(error))) throw error;
        if (!waited) onWait();
        await sleep(200);
      }
    }
    return await work();
  } finally {
    if (database.inTransaction) database.exec("ROLLBACK");
    database.close();
  }
}
