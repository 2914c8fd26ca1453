import { type Disagreement, disagreementSchema, type FoldResult } from "@reefline/schema/crossValidation";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";

/** SQLite takes so many parameters in one statement at least. */
const rowsPerInsert = 1_000;

/** The folds of a run that are done, in their order; what lies in `null` places is not done yet. */
export async function foldResultsOf(db: Database, runId: string): Promise<(FoldResult | null)[]> {
  const rows = await db.selectFrom("foldResults").selectAll().where("runId", "=", runId).orderBy("foldIndex").execute();
  const results: (FoldResult | null)[] = [];
  for (const { foldIndex, resultJson } of rows) {
    while (results.length < foldIndex) results.push(null);
    results.push(fromColumn<FoldResult>(resultJson));
  }
  return results;
}

/** A fold is done: its scores and its disagreements, together. */
export async function insertFold(
  db: Database,
  runId: string,
  foldIndex: number,
  { result, disagreements }: { result: FoldResult; disagreements: readonly Disagreement[] },
): Promise<void> {
  await db
    .insertInto("foldResults")
    .values({ runId, foldIndex, resultJson: JSON.stringify(result) })
    .execute();
  for (let start = 0; start < disagreements.length; start += rowsPerInsert) {
    const rows = disagreements.slice(start, start + rowsPerInsert).map(({ geometry, classes, ...rest }) => ({
      ...rest,
      runId,
      geometryJson: JSON.stringify(geometry),
      classesJson: classes && JSON.stringify(classes),
    }));
    await db.insertInto("disagreements").values(rows).execute();
  }
}

export async function countDisagreements(db: Database, runId: string): Promise<number> {
  const row = await db
    .selectFrom("disagreements")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("runId", "=", runId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Largest first. */
export async function disagreementsOf(db: Database, runId: string, limit: number): Promise<Disagreement[]> {
  const rows = await db
    .selectFrom("disagreements")
    .selectAll()
    .where("runId", "=", runId)
    .orderBy("areaM2", "desc")
    .orderBy("num")
    .limit(limit)
    .execute();
  return rows.map(({ geometryJson, classesJson, ...row }) =>
    disagreementSchema.parse({ ...row, geometry: fromColumn(geometryJson), classes: classesJson && fromColumn(classesJson) }),
  );
}
