import type { LiveEvent } from "@reefline/schema/job";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";

export interface NumberedEvent {
  readonly seq: number;
  readonly event: LiveEvent;
}

/** Appends to the table that feeds every browser. Inside a transaction it becomes visible with what it tells of. */
export async function publishEvent(db: Database, event: LiveEvent): Promise<void> {
  await db
    .insertInto("events")
    .values({ createdAt: Date.now(), eventJson: JSON.stringify(event) })
    .execute();
}

export async function eventsAfter(db: Database, seq: number, limit = 1_000): Promise<NumberedEvent[]> {
  const rows = await db.selectFrom("events").select(["seq", "eventJson"]).where("seq", ">", seq).orderBy("seq").limit(limit).execute();
  return rows.map((row) => ({ seq: row.seq, event: fromColumn<LiveEvent>(row.eventJson) }));
}

export async function lastEventSeq(db: Database): Promise<number> {
  const row = await db
    .selectFrom("events")
    .select(({ fn }) => fn.max("seq").as("seq"))
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** Drops events that no browser can still be waiting for. The newest stays, so that numbers go on where they were. */
export async function pruneEvents(db: Database, olderThanMs: number): Promise<void> {
  const last = await lastEventSeq(db);
  await db
    .deleteFrom("events")
    .where("createdAt", "<", Date.now() - olderThanMs)
    .where("seq", "<", last)
    .execute();
}
