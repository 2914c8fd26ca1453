import { quickPolygonAreaM2 } from "@reefline/geo/quickArea";
import { type Feature, type Layer, layerSchema, type Polygon, type Provenance } from "@reefline/schema/feature";
import type { Bounds } from "@reefline/schema/grid";
import type { Selectable } from "kysely";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

export type FeatureRow = Selectable<Tables["features"]>;

export function toFeature(row: FeatureRow): Feature {
  return {
    id: row.id,
    surveyId: row.surveyId,
    layer: layerSchema.parse(row.layer),
    class: row.class,
    notes: row.notes,
    properties: fromColumn<Record<string, unknown>>(row.propertiesJson),
    provenance: fromColumn<Provenance>(row.provenanceJson),
    geometry: fromColumn<Polygon>(row.geometryJson),
    locked: row.locked === 1,
    revision: row.revision,
    updatedAt: row.updatedAt,
  };
}

/** Bounds of a polygon's outer ring, degrees. */
export function polygonBounds(polygon: Polygon): Bounds {
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const [lon, lat] of polygon.coordinates[0] ?? []) {
    bounds.west = Math.min(bounds.west, lon);
    bounds.east = Math.max(bounds.east, lon);
    bounds.south = Math.min(bounds.south, lat);
    bounds.north = Math.max(bounds.north, lat);
  }
  return bounds;
}

export async function featuresOf(db: Database, surveyId: string, layer?: Layer): Promise<Feature[]> {
  let query = db.selectFrom("features").selectAll().where("surveyId", "=", surveyId).where("deleted", "=", 0);
  if (layer) query = query.where("layer", "=", layer);
  return (await query.orderBy("num").execute()).map(toFeature);
}

/** Features whose bounds touch `bounds`, through the R*Tree. */
export async function featuresWithin(db: Database, surveyId: string, bounds: Bounds): Promise<Feature[]> {
  const rows = await db
    .selectFrom("featureBounds")
    .innerJoin("features", "features.num", "featureBounds.num")
    .selectAll("features")
    .where("featureBounds.west", "<=", bounds.east)
    .where("featureBounds.east", ">=", bounds.west)
    .where("featureBounds.south", "<=", bounds.north)
    .where("featureBounds.north", ">=", bounds.south)
    .where("features.surveyId", "=", surveyId)
    .where("features.deleted", "=", 0)
    .execute();
  return rows.map(toFeature);
}

/** Where every feature of a survey lies, without reading its outline. */
export async function featureBoxes(db: Database, surveyId: string): Promise<(Bounds & { layer: string; class: string })[]> {
  return db
    .selectFrom("features")
    .innerJoin("featureBounds", "featureBounds.num", "features.num")
    .select(["features.layer", "features.class", "featureBounds.west", "featureBounds.south", "featureBounds.east", "featureBounds.north"])
    .where("features.surveyId", "=", surveyId)
    .where("features.deleted", "=", 0)
    .execute();
}

/** What changed after an edit: living features, and the ids of deleted ones. */
export async function featuresChangedAfter(
  db: Database,
  surveyId: string,
  seq: number,
): Promise<{ features: Feature[]; deletedIds: string[] }> {
  const rows = await db.selectFrom("features").selectAll().where("surveyId", "=", surveyId).where("lastEditSeq", ">", seq).execute();
  return {
    features: rows.filter((row) => row.deleted === 0).map(toFeature),
    deletedIds: rows.filter((row) => row.deleted === 1).map((row) => row.id),
  };
}

/** Rows by feature id, deleted ones among them. */
export async function featureRows(db: Database, ids: readonly string[]): Promise<Map<string, FeatureRow>> {
  const found = new Map<string, FeatureRow>();
  const batch = 500;
  for (let start = 0; start < ids.length; start += batch) {
    const rows = await db
      .selectFrom("features")
      .selectAll()
      .where("id", "in", ids.slice(start, start + batch))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

function featureValues(feature: Feature, lastEditSeq: number) {
  return {
    id: feature.id,
    surveyId: feature.surveyId,
    layer: feature.layer,
    class: feature.class,
    notes: feature.notes,
    propertiesJson: JSON.stringify(feature.properties),
    provenanceJson: JSON.stringify(feature.provenance),
    geometryJson: JSON.stringify(feature.geometry),
    locked: feature.locked ? 1 : 0,
    revision: feature.revision,
    updatedAt: feature.updatedAt,
    lastEditSeq,
    deleted: 0,
    areaM2: quickPolygonAreaM2(feature.geometry),
  };
}

/** Rows per statement: SQLite binds 32,766 values at most. */
const rowsPerInsert = 200;

/** Writes features that have no row yet, and their bounds. */
export async function insertFeatures(db: Database, features: readonly Feature[], lastEditSeq: number): Promise<void> {
  for (let start = 0; start < features.length; start += rowsPerInsert) {
    const part = features.slice(start, start + rowsPerInsert);
    const rows = await db
      .insertInto("features")
      .values(part.map((feature) => featureValues(feature, lastEditSeq)))
      .returning(["num", "id"])
      .execute();
    const numOf = new Map(rows.map(({ num, id }) => [id, num]));
    await db
      .insertInto("featureBounds")
      .values(part.map((feature) => ({ num: numOf.get(feature.id) ?? 0, ...polygonBounds(feature.geometry) })))
      .execute();
  }
}

/** Writes the new revision of a feature that has a row, and its bounds. */
export async function replaceFeature(db: Database, num: number, feature: Feature, lastEditSeq: number): Promise<void> {
  await db.updateTable("features").set(featureValues(feature, lastEditSeq)).where("num", "=", num).execute();
  await db.deleteFrom("featureBounds").where("num", "=", num).execute();
  await db
    .insertInto("featureBounds")
    .values({ num, ...polygonBounds(feature.geometry) })
    .execute();
}

export async function markDeleted(db: Database, row: FeatureRow, revision: number, updatedAt: string, lastEditSeq: number): Promise<void> {
  await db.updateTable("features").set({ deleted: 1, revision, updatedAt, lastEditSeq }).where("num", "=", row.num).execute();
  await db.deleteFrom("featureBounds").where("num", "=", row.num).execute();
}
