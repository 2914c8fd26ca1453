import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { quickPolygonAreaM2 } from "@reefline/geo/quickArea";
import type { Feature, Layer, Polygon } from "@reefline/schema/feature";
import { layerSchema } from "@reefline/schema/feature";
import type { Bounds } from "@reefline/schema/grid";
import { sql } from "kysely";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { lastEditSeq } from "../../storage/edits.ts";
import { featureRows, featuresOf, featuresWithin, toFeature } from "../../storage/features.ts";
import { fromColumn } from "../../storage/json.ts";
import type { Database } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import type { Shapes } from "../../tiles/vector/shapes.ts";
import { polygonContains } from "./polygonOverlap.ts";

/** Layers of few, large polygons, which a browser holds whole. Labels it draws from tiles. */
const areaLayers = ["examined", "holdout", "ignore"] as const satisfies readonly Layer[];
/** More changed labels than these are better drawn from new tiles. */
const labelsPerAnswer = 1_000;
/** Labels on one another under one click. */
const labelsAtPoint = 50;

export interface LabelTotals {
  readonly layers: Record<Layer, { count: number; areaM2: number }>;
  /** Classes of the labels, the most used first. */
  readonly classes: { name: string; count: number; areaM2: number }[];
  /** Labels that were predictions. */
  readonly acceptedCount: number;
}

/** A feature as it is after an edit; null: deleted. */
export interface FeatureChange {
  readonly id: string;
  readonly editSeq: number;
  readonly layer: Layer;
  readonly feature: Feature | null;
}

export interface LabelChanges {
  readonly lastEditSeq: number;
  readonly totals: LabelTotals;
  /** Areas always; labels unless there are too many. */
  readonly changes: FeatureChange[];
  /** Too many labels changed: draw them from tiles of `lastEditSeq`. */
  readonly isTooMany: boolean;
}

/** What a browser needs to show a survey: the areas whole, and up to which edit its label tiles go. */
export async function openLabels(
  ctx: Context,
  shapes: Shapes,
  surveyId: string,
): Promise<{ areas: Feature[]; lastEditSeq: number; totals: LabelTotals }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  await surveyById(db, surveyId);
  // The tiles are asked for next. Should this go wrong, so does asking for them, and that is answered.
  void shapes.prepare({ surveyId, layer: "label" }).catch(() => undefined);
  await fillAreas(db, surveyId);
  const seq = await lastEditSeq(db, surveyId);
  const areas: Feature[] = [];
  for (const layer of areaLayers) areas.push(...(await featuresOf(db, surveyId, layer)));
  return { areas, lastEditSeq: seq, totals: await labelTotals(db, surveyId) };
}

/** What changed after an edit. */
export async function labelChanges(ctx: Context, surveyId: string, seq: number): Promise<LabelChanges> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  await surveyById(db, surveyId);
  const last = await lastEditSeq(db, surveyId);
  const changed = db.selectFrom("features").where("surveyId", "=", surveyId).where("lastEditSeq", ">", seq);
  const { count } = await changed
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("layer", "=", "label")
    .executeTakeFirstOrThrow();
  const isTooMany = count > labelsPerAnswer;
  const rows = await (isTooMany ? changed.where("layer", "!=", "label") : changed).selectAll().execute();
  return {
    lastEditSeq: last,
    totals: await labelTotals(db, surveyId),
    isTooMany,
    changes: rows.map((row) => ({
      id: row.id,
      editSeq: row.lastEditSeq,
      layer: layerSchema.parse(row.layer),
      feature: row.deleted === 1 ? null : toFeature(row),
    })),
  };
}

/** Labels that hold a position, the smallest first; after them those whose outline passes within `reach` of it. */
export async function labelsAt(
  ctx: Context,
  surveyId: string,
  at: { lon: number; lat: number },
  reach: { lon: number; lat: number } = { lon: 0, lat: 0 },
): Promise<Feature[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const near: Bounds = { west: at.lon - reach.lon, east: at.lon + reach.lon, south: at.lat - reach.lat, north: at.lat + reach.lat };
  const labels = (await featuresWithin(ctx.store.db, surveyId, near))
    .filter(({ layer }) => layer === "label")
    .map((label) => ({ label, holds: polygonContains(label.geometry, at.lon, at.lat), areaM2: quickPolygonAreaM2(label.geometry) }))
    .filter(({ label, holds }) => holds || outlinePasses(label.geometry, at, reach));
  return labels
    .sort((a, b) => Number(b.holds) - Number(a.holds) || a.areaM2 - b.areaM2)
    .slice(0, labelsAtPoint)
    .map(({ label }) => label);
}

/** Whether some edge comes within an ellipse of half axes `reach` around a position. */
function outlinePasses({ coordinates }: Polygon, at: { lon: number; lat: number }, reach: { lon: number; lat: number }): boolean {
  if (reach.lon === 0 || reach.lat === 0) return false;
  for (const ring of coordinates) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const [aLon, aLat] = ring[i] ?? [0, 0];
      const [bLon, bLat] = ring[i + 1] ?? [0, 0];
      const [ax, ay] = [(aLon - at.lon) / reach.lon, (aLat - at.lat) / reach.lat];
      const [dx, dy] = [(bLon - aLon) / reach.lon, (bLat - aLat) / reach.lat];
      const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
      if (Math.hypot(ax + along * dx, ay + along * dy) <= 1) return true;
    }
  }
  return false;
}

/** Living features by id, in no order; those that are gone are left out. */
export async function featuresById(ctx: Context, surveyId: string, ids: readonly string[]): Promise<Feature[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const rows = await featureRows(ctx.store.db, ids);
  return [...rows.values()].filter((row) => row.surveyId === surveyId && row.deleted === 0).map(toFeature);
}

/** Ids of labels whose bounds touch a view, west to east, and where each begins. `isWhole` false: there are more. */
export async function labelIdsIn(
  ctx: Context,
  surveyId: string,
  bounds: Bounds,
  limit: number,
): Promise<{ labels: { id: string; west: number }[]; isWhole: boolean }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const labels = await ctx.store.db
    .selectFrom("featureBounds")
    .innerJoin("features", "features.num", "featureBounds.num")
    .select(["features.id", "featureBounds.west"])
    .where("featureBounds.west", "<=", bounds.east)
    .where("featureBounds.east", ">=", bounds.west)
    .where("featureBounds.south", "<=", bounds.north)
    .where("featureBounds.north", ">=", bounds.south)
    .where("features.surveyId", "=", surveyId)
    .where("features.layer", "=", "label")
    .where("features.deleted", "=", 0)
    .orderBy("featureBounds.west")
    .limit(limit + 1)
    .execute();
  return { labels: labels.slice(0, limit), isWhole: labels.length <= limit };
}

/** Ids of labels that were predictions, the oldest first. */
export async function acceptedLabelIds(ctx: Context, surveyId: string, limit: number): Promise<string[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const rows = await accepted(ctx.store.db, surveyId).select("id").limit(limit).execute();
  return rows.map(({ id }) => id);
}

const accepted = (db: Database, surveyId: string) =>
  db
    .selectFrom("features")
    .where("surveyId", "=", surveyId)
    .where("deleted", "=", 0)
    // In the words of the index over accepted labels.
    .where(sql<string>`json_extract(provenanceJson, '$.kind')`, "=", sql.lit("accepted"));

async function labelTotals(db: Database, surveyId: string): Promise<LabelTotals> {
  const rows = await db
    .selectFrom("features")
    .select(({ fn }) => ["layer", "class", fn.countAll<number>().as("count"), fn.sum<number>("areaM2").as("areaM2")])
    .where("surveyId", "=", surveyId)
    .where("deleted", "=", 0)
    .groupBy(["layer", "class"])
    .execute();
  const none = () => ({ count: 0, areaM2: 0 });
  const layers: LabelTotals["layers"] = { label: none(), examined: none(), holdout: none(), ignore: none() };
  for (const row of rows) {
    const layer = layers[layerSchema.parse(row.layer)];
    layer.count += row.count;
    layer.areaM2 += row.areaM2 ?? 0;
  }
  const classes = rows
    .filter(({ layer }) => layer === "label")
    .sort((a, b) => b.count - a.count)
    .map((row) => ({ name: row.class, count: row.count, areaM2: row.areaM2 ?? 0 }));
  const { count } = await accepted(db, surveyId)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return { layers, classes, acceptedCount: count };
}

/** Areas of features that were saved before areas were kept. */
async function fillAreas(db: Database, surveyId: string): Promise<void> {
  const rows = await db
    .selectFrom("features")
    .select(["num", "geometryJson"])
    .where("surveyId", "=", surveyId)
    .where("deleted", "=", 0)
    .where("areaM2", "is", null)
    .execute();
  if (rows.length === 0) return;
  const update = async (trx: Database) => {
    for (const { num, geometryJson } of rows) {
      await trx
        .updateTable("features")
        .set({ areaM2: polygonAreaM2(fromColumn<Polygon>(geometryJson)) })
        .where("num", "=", num)
        .execute();
    }
  };
  await db.transaction().execute(update);
}
