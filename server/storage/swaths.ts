import { hostname } from "node:os";
import { sql } from "kysely";
import type { Database, Store } from "./store.ts";
import { isProcessAlive } from "./workers.ts";

/** A worker's right to one swath of a prediction. Every write checks the fence: who lost the lease commits nothing. */
export interface SwathLease {
  readonly predictionId: string;
  readonly swathIndex: number;
  readonly owner: string;
  readonly fence: number;
}

/**
 * Makes the rows of a prediction's swaths: those of another plan are dropped, those of this one stay with what they have.
 * @param windowCounts windows per swath, top to bottom
 */
export async function planSwaths(trx: Database, predictionId: string, planHash: string, windowCounts: readonly number[]): Promise<void> {
  await trx.deleteFrom("swaths").where("predictionId", "=", predictionId).where("planHash", "!=", planHash).execute();
  const rowsAtOnce = 100;
  for (let from = 0; from < windowCounts.length; from += rowsAtOnce) {
    const values = windowCounts.slice(from, from + rowsAtOnce).map((windowCount, i) => ({
      predictionId,
      swathIndex: from + i,
      planHash,
      windowCount,
      windowsDone: 0,
      leaseOwner: null,
      leaseUntil: null,
      fence: 0,
      file: null,
    }));
    await trx
      .insertInto("swaths")
      .values(values)
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
}

/** Takes the first swath that nobody has finished or holds; null when there is none now. */
export async function claimSwath(
  store: Store,
  { predictionId, planHash, owner }: { predictionId: string; planHash: string; owner: string },
  now: number = Date.now(),
): Promise<SwathLease | null> {
  const { db, config } = store;
  const row = await db
    .updateTable("swaths")
    .set({ leaseOwner: owner, leaseUntil: now + config.leaseSeconds * 1_000, fence: sql<number>`fence + 1`, windowsDone: 0 })
    .where("predictionId", "=", predictionId)
    .where("swathIndex", "=", (eb) =>
      eb
        .selectFrom("swaths")
        .select("swathIndex")
        .where("predictionId", "=", predictionId)
        .where("planHash", "=", planHash)
        .where("file", "is", null)
        .where((or) => or.or([or("leaseUntil", "is", null), or("leaseUntil", "<", now)]))
        .orderBy("swathIndex")
        .limit(1),
    )
    .returning(["swathIndex", "fence"])
    .executeTakeFirst();
  return row ? { predictionId, owner, ...row } : null;
}

const held = (db: Database, { predictionId, swathIndex, owner, fence }: SwathLease) =>
  db
    .updateTable("swaths")
    .where("predictionId", "=", predictionId)
    .where("swathIndex", "=", swathIndex)
    .where("leaseOwner", "=", owner)
    .where("fence", "=", fence)
    .where("file", "is", null);

/** Prolongs the lease and says how far the swath is. False: the lease is lost. */
export async function renewSwath(store: Store, lease: SwathLease, windowsDone: number): Promise<boolean> {
  const leaseUntil = Date.now() + store.config.leaseSeconds * 1_000;
  const row = await held(store.db, lease).set({ leaseUntil, windowsDone }).returning("fence").executeTakeFirst();
  return row !== undefined;
}

/** Makes a finished swath's file count. False: the lease is lost, and the file with it. */
export async function commitSwath(db: Database, lease: SwathLease, file: string): Promise<boolean> {
  const done = { file, leaseOwner: null, leaseUntil: null, windowsDone: sql<number>`"windowCount"` };
  return (await held(db, lease).set(done).returning("fence").executeTakeFirst()) !== undefined;
}

/** Gives a swath back unfinished. */
export async function releaseSwath(db: Database, lease: SwathLease): Promise<void> {
  await held(db, lease).set({ leaseOwner: null, leaseUntil: null, windowsDone: 0 }).execute();
}

/** A file that turned out to be damaged does not count any more. */
export async function forgetSwathFile(db: Database, predictionId: string, file: string): Promise<void> {
  await db
    .updateTable("swaths")
    .set({ file: null, windowsDone: 0 })
    .where("predictionId", "=", predictionId)
    .where("file", "=", file)
    .execute();
}

/** Lets leases lapse at once whose worker was a process of this machine that is gone. */
export async function expireDeadSwaths(db: Database, predictionId: string): Promise<void> {
  const rows = await db
    .selectFrom("swaths")
    .select(["swathIndex", "leaseOwner", "fence"])
    .where("predictionId", "=", predictionId)
    .where("leaseOwner", "is not", null)
    .where("leaseUntil", ">", 0)
    .execute();
  for (const { swathIndex, leaseOwner, fence } of rows) {
    const [host, pid] = leaseOwner?.split(":") ?? [];
    if (host !== hostname() || !pid || isProcessAlive(Number(pid))) continue;
    await db
      .updateTable("swaths")
      .set({ leaseUntil: 0, windowsDone: 0 })
      .where("predictionId", "=", predictionId)
      .where("swathIndex", "=", swathIndex)
      .where("fence", "=", fence)
      .execute();
  }
}

export interface SwathRow {
  readonly swathIndex: number;
  readonly planHash: string;
  readonly windowCount: number;
  readonly windowsDone: number;
  readonly leaseOwner: string | null;
  readonly file: string | null;
}

/** Top to bottom. */
export async function swathsOf(db: Database, predictionId: string): Promise<SwathRow[]> {
  return db
    .selectFrom("swaths")
    .select(["swathIndex", "planHash", "windowCount", "windowsDone", "leaseOwner", "file"])
    .where("predictionId", "=", predictionId)
    .orderBy("swathIndex")
    .execute();
}

/** Predictions under way that have a swath nobody holds. */
export async function predictionsToHelp(db: Database, now: number = Date.now()): Promise<{ predictionId: string; jobId: string }[]> {
  return db
    .selectFrom("swaths as s")
    .innerJoin("predictions as p", "p.id", "s.predictionId")
    .innerJoin("jobs as j", "j.id", "p.jobId")
    .select(["s.predictionId", "j.id as jobId"])
    .distinct()
    .where("j.state", "=", "running")
    .where("j.cancelRequested", "=", 0)
    .where("s.file", "is", null)
    .where((eb) => eb.or([eb("s.leaseUntil", "is", null), eb("s.leaseUntil", "<", now)]))
    .execute();
}
