import type { AppliedEdit, Edit } from "@reefline/schema/feature";
import type { Selectable } from "kysely";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

type EditRow = Selectable<Tables["edits"]>;

function toAppliedEdit(row: EditRow): AppliedEdit {
  return {
    id: row.id,
    surveyId: row.surveyId,
    puts: fromColumn<Edit["puts"]>(row.putsJson),
    deletes: fromColumn<Edit["deletes"]>(row.deletesJson),
    inverseOf: row.inverseOf,
    title: row.title,
    seq: row.seq,
    author: row.author,
    appliedAt: row.appliedAt,
    before: fromColumn<AppliedEdit["before"]>(row.beforeJson),
    after: fromColumn<AppliedEdit["after"]>(row.afterJson),
  };
}

export async function findEdit(db: Database, id: string): Promise<AppliedEdit | null> {
  const row = await db.selectFrom("edits").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? toAppliedEdit(row) : null;
}

/** Appends to the log and returns the edit's place in it. */
export async function appendEdit(db: Database, edit: Omit<AppliedEdit, "seq">): Promise<number> {
  const inserted = await db
    .insertInto("edits")
    .values({
      id: edit.id,
      surveyId: edit.surveyId,
      author: edit.author,
      appliedAt: edit.appliedAt,
      title: edit.title,
      inverseOf: edit.inverseOf,
      putsJson: JSON.stringify(edit.puts),
      deletesJson: JSON.stringify(edit.deletes),
      beforeJson: JSON.stringify(edit.before),
      afterJson: JSON.stringify(edit.after),
      changeCount: edit.puts.length + edit.deletes.length,
    })
    .executeTakeFirstOrThrow();
  return Number(inserted.insertId);
}

/** The newest of the log, newest first. Those of more than `contentsUpTo` changes come without contents, which are not even read. */
export async function recentEdits(
  db: Database,
  surveyId: string,
  limit: number,
  contentsUpTo = Infinity,
): Promise<(AppliedEdit & { changeCount: number })[]> {
  const sizes = await db
    .selectFrom("edits")
    .select(["seq", "changeCount"])
    .where("surveyId", "=", surveyId)
    .orderBy("seq", "desc")
    .limit(limit)
    .execute();
  const small = sizes.filter(({ changeCount }) => changeCount <= contentsUpTo).map(({ seq }) => seq);
  const large = sizes.filter(({ changeCount }) => changeCount > contentsUpTo).map(({ seq }) => seq);
  const edits = new Map<number, AppliedEdit>();
  if (small.length > 0) {
    for (const row of await db.selectFrom("edits").selectAll().where("seq", "in", small).execute()) edits.set(row.seq, toAppliedEdit(row));
  }
  if (large.length > 0) {
    const rows = await db
      .selectFrom("edits")
      .select(["seq", "id", "surveyId", "author", "appliedAt", "title", "inverseOf"])
      .where("seq", "in", large)
      .execute();
    for (const row of rows) edits.set(row.seq, { ...row, puts: [], deletes: [], before: [], after: [] });
  }
  return sizes.flatMap(({ seq, changeCount }) => {
    const edit = edits.get(seq);
    return edit ? [{ ...edit, changeCount }] : [];
  });
}

export async function lastEditSeq(db: Database, surveyId: string): Promise<number> {
  const row = await db
    .selectFrom("edits")
    .select(({ fn }) => fn.max("seq").as("seq"))
    .where("surveyId", "=", surveyId)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

/** Rows per statement. */
const revisionsPerInsert = 1_000;

export async function recordRevisions(db: Database, made: readonly { id: string; revision: number }[], editSeq: number): Promise<void> {
  for (let start = 0; start < made.length; start += revisionsPerInsert) {
    await db
      .insertInto("featureRevisions")
      .values(made.slice(start, start + revisionsPerInsert).map(({ id, revision }) => ({ featureId: id, revision, editSeq })))
      .execute();
  }
}

/** The revision an edit made of a feature; null when it did not touch it. */
export async function revisionMadeBy(db: Database, editId: string, featureId: string): Promise<number | null> {
  const row = await db
    .selectFrom("featureRevisions")
    .innerJoin("edits", "edits.seq", "featureRevisions.editSeq")
    .select("revision")
    .where("edits.id", "=", editId)
    .where("featureId", "=", featureId)
    .executeTakeFirst();
  return row?.revision ?? null;
}

/** Which edit made a revision, what it undid, and whose it was. */
export async function makerOfRevision(
  db: Database,
  featureId: string,
  revision: number,
): Promise<{ inverseOf: string | null; author: string } | null> {
  const row = await db
    .selectFrom("featureRevisions")
    .innerJoin("edits", "edits.seq", "featureRevisions.editSeq")
    .select(["edits.inverseOf", "edits.author"])
    .where("featureId", "=", featureId)
    .where("revision", "=", revision)
    .executeTakeFirst();
  return row ?? null;
}
