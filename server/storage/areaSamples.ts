import type { AreaSample } from "@reefline/schema/areaSample";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";

/** A sample with what its labeller is not told. */
export interface StoredSample {
  readonly sample: AreaSample;
  readonly grid: Grid;
  /** Per block of `sample.blocks`. */
  readonly hidden: readonly { readonly stratum: number; readonly predictedM2: number }[];
}

const rowsPerInsert = 200;

export async function insertSample(db: Database, { sample, grid, hidden }: StoredSample): Promise<void> {
  const { blocks, strata, ...row } = sample;
  await db
    .insertInto("areaSamples")
    .values({ ...row, gridJson: JSON.stringify(grid), strataJson: JSON.stringify(strata) })
    .execute();
  const rows = blocks.map(({ featureId, geometry }, blockIndex) => ({
    sampleId: sample.id,
    blockIndex,
    stratum: hidden[blockIndex]?.stratum ?? 0,
    featureId,
    geometryJson: JSON.stringify(geometry),
    predictedM2: hidden[blockIndex]?.predictedM2 ?? 0,
  }));
  for (let start = 0; start < rows.length; start += rowsPerInsert)
    await db
      .insertInto("areaSampleBlocks")
      .values(rows.slice(start, start + rowsPerInsert))
      .execute();
}

/** Newest first. */
export async function sampleIdsOf(db: Database, surveyId: string): Promise<string[]> {
  const rows = await db.selectFrom("areaSamples").select("id").where("surveyId", "=", surveyId).orderBy("createdAt", "desc").execute();
  return rows.map(({ id }) => id);
}

/** @throws AppError `area-sample/not-found` */
export async function sampleById(db: Database, id: string): Promise<StoredSample> {
  const row = await db.selectFrom("areaSamples").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new AppError("not-found", "area-sample/not-found", "This area sample does not exist, or was removed. Reload the page.");
  const blocks = await db.selectFrom("areaSampleBlocks").selectAll().where("sampleId", "=", id).orderBy("blockIndex").execute();
  const { gridJson, strataJson, ...rest } = row;
  return {
    sample: {
      ...rest,
      strata: fromColumn<AreaSample["strata"]>(strataJson),
      blocks: blocks.map(({ featureId, geometryJson }) => ({ featureId, geometry: fromColumn<Polygon>(geometryJson) })),
    },
    grid: fromColumn<Grid>(gridJson),
    hidden: blocks.map(({ stratum, predictedM2 }) => ({ stratum, predictedM2 })),
  };
}

export async function deleteSample(db: Database, id: string): Promise<void> {
  await db.deleteFrom("areaSamples").where("id", "=", id).execute();
}
