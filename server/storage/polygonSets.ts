import type { Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import type { Selectable } from "kysely";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

/** A predicted polygon without what people decided about it. */
export type StoredPolygon = Omit<PredictedPolygon, "decision">;
/** With its number among all stored polygons: the id it has in tiles. */
export type NumberedPolygon = StoredPolygon & { readonly num: number };

const rowsPerInsert = 200;
const rowsPerRead = 2_000;
/** A set that is not whole after this long was left behind by a crash. */
const abandonedMs = 6 * 3_600_000;

function toPolygon(row: Selectable<Tables["predictedPolygons"]>): NumberedPolygon {
  return {
    num: row.num,
    id: row.id,
    geometry: fromColumn<Polygon>(row.geometryJson),
    areaM2: row.areaM2,
    perimeterMeters: row.perimeterMeters,
    probability: row.probability,
    ...(row.probabilityP10 === null ? {} : { probabilityP10: row.probabilityP10 }),
    ...(row.compactness === null ? {} : { compactness: row.compactness }),
    ...(row.class === null ? {} : { class: row.class }),
  };
}

/**
 * The whole, immutable set of a prediction at a threshold; null while nobody has traced it. Once it is gone its number may be given again: number and
 * time together name it for ever.
 */
export async function findPolygonSet(
  db: Database,
  predictionId: string,
  threshold: number,
): Promise<{ num: number; createdAt: string; polygonCount: number } | null> {
  const row = await db
    .selectFrom("polygonSets")
    .select(["num", "createdAt", "polygonCount"])
    .where("predictionId", "=", predictionId)
    .where("threshold", "=", threshold)
    .where("isWhole", "=", 1)
    .executeTakeFirst();
  return row ?? null;
}

/** The polygons of a set in the order they were traced, a few thousand in memory at a time. */
export async function* polygonsOfSet(db: Database, setNum: number): AsyncGenerator<NumberedPolygon> {
  for await (const row of rowsOfSet(db, setNum)) yield toPolygon(row);
}

/** `polygonsOfSet` with outlines as text. */
export async function* rowsOfSet(db: Database, setNum: number): AsyncGenerator<Selectable<Tables["predictedPolygons"]>> {
  let after = 0;
  for (;;) {
    const rows = await db
      .selectFrom("predictedPolygons")
      .selectAll()
      .where("setNum", "=", setNum)
      .where("num", ">", after)
      .orderBy("num")
      .limit(rowsPerRead)
      .execute();
    yield* rows;
    if (rows.length < rowsPerRead) return;
    after = rows.at(-1)?.num ?? after;
  }
}

/** All polygons of a prediction at a threshold at once; null while nobody has traced them. For sets that are known to be small. */
export async function polygonSet(db: Database, predictionId: string, threshold: number): Promise<PredictedPolygon[] | null> {
  const set = await findPolygonSet(db, predictionId, threshold);
  if (!set) return null;
  const polygons: PredictedPolygon[] = [];
  for await (const { num: _num, ...polygon } of polygonsOfSet(db, set.num)) polygons.push({ ...polygon, decision: null });
  return polygons;
}

/** One polygon by its own id, or by its number. */
export async function polygonInSet(db: Database, setNum: number, which: { id: string } | { num: number }): Promise<NumberedPolygon | null> {
  const query = db.selectFrom("predictedPolygons").selectAll().where("setNum", "=", setNum);
  const row = await ("id" in which ? query.where("id", "=", which.id) : query.where("num", "=", which.num)).executeTakeFirst();
  return row ? toPolygon(row) : null;
}

/** Begins a set that nobody sees until `finishPolygonSet`. What crashes left of this prediction's is cleared away. */
export async function beginPolygonSet(db: Database, predictionId: string, threshold: number, now = Date.now()): Promise<number> {
  await db
    .deleteFrom("polygonSets")
    .where("predictionId", "=", predictionId)
    .where("isWhole", "=", 0)
    .where("createdAt", "<", new Date(now - abandonedMs).toISOString())
    .execute();
  const { insertId } = await db
    .insertInto("polygonSets")
    .values({ predictionId, threshold, createdAt: new Date(now).toISOString(), polygonCount: 0, isWhole: 0 })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

/** Adds to a set under way; the same outline twice counts once. */
export async function addPolygons(db: Database, setNum: number, polygons: readonly (StoredPolygon & object)[]): Promise<void> {
  for (let start = 0; start < polygons.length; start += rowsPerInsert) {
    await db
      .insertInto("predictedPolygons")
      .values(
        polygons.slice(start, start + rowsPerInsert).map((polygon) => ({
          setNum,
          id: polygon.id,
          areaM2: polygon.areaM2,
          perimeterMeters: polygon.perimeterMeters,
          probability: polygon.probability,
          probabilityP10: polygon.probabilityP10 ?? null,
          compactness: polygon.compactness ?? null,
          class: polygon.class ?? null,
          geometryJson: JSON.stringify(polygon.geometry),
        })),
      )
      .onConflict((oc) => oc.doNothing())
      .execute();
  }
}

/** Makes a set visible; when another was quicker that one stays and this one goes. */
export async function finishPolygonSet(db: Database, setNum: number): Promise<void> {
  const set = await db.selectFrom("polygonSets").select(["predictionId", "threshold"]).where("num", "=", setNum).executeTakeFirst();
  if (!set) return;
  if (await findPolygonSet(db, set.predictionId, set.threshold)) return dropPolygonSet(db, setNum);
  const { polygonCount } = await db
    .selectFrom("predictedPolygons")
    .select(({ fn }) => fn.countAll<number>().as("polygonCount"))
    .where("setNum", "=", setNum)
    .executeTakeFirstOrThrow();
  await db.updateTable("polygonSets").set({ isWhole: 1, polygonCount }).where("num", "=", setNum).execute();
}

export async function dropPolygonSet(db: Database, setNum: number): Promise<void> {
  await db.deleteFrom("polygonSets").where("num", "=", setNum).execute();
}

/** A set that is at hand whole, inside the caller's transaction. */
export async function insertPolygonSet(
  db: Database,
  predictionId: string,
  threshold: number,
  polygons: readonly StoredPolygon[],
): Promise<void> {
  if (await findPolygonSet(db, predictionId, threshold)) return;
  const setNum = await beginPolygonSet(db, predictionId, threshold);
  await addPolygons(db, setNum, polygons);
  await finishPolygonSet(db, setNum);
}
