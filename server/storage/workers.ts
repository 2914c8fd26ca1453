import type { Backend } from "@reefline/schema/training";
import { fromNullableColumn } from "./json.ts";
import type { Database } from "./store.ts";

/** A worker that has not been heard of for this long counts as gone. */
const silentAfterMs = 15_000;

export interface WorkerRow {
  readonly owner: string;
  readonly pid: number;
  readonly backend: Backend | null;
}

export async function heartbeat(db: Database, worker: WorkerRow): Promise<void> {
  const now = Date.now();
  const backendJson = worker.backend ? JSON.stringify(worker.backend) : null;
  await db
    .insertInto("workers")
    .values({ owner: worker.owner, pid: worker.pid, startedAt: now, heartbeatAt: now, backendJson })
    .onConflict((oc) => oc.column("owner").doUpdateSet({ heartbeatAt: now, backendJson }))
    .execute();
}

export async function removeWorker(db: Database, owner: string): Promise<void> {
  await db.deleteFrom("workers").where("owner", "=", owner).execute();
}

/** Workers heard of lately whose process is still there. */
export async function liveWorkers(db: Database): Promise<WorkerRow[]> {
  const rows = await db
    .selectFrom("workers")
    .selectAll()
    .where("heartbeatAt", ">", Date.now() - silentAfterMs)
    .orderBy("startedAt")
    .execute();
  return rows
    .filter((row) => isProcessAlive(row.pid))
    .map((row) => ({ owner: row.owner, pid: row.pid, backend: fromNullableColumn<Backend>(row.backendJson) }));
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
