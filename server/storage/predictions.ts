import { AppError } from "@reefline/schema/errors";
import type { Polygon, Provenance } from "@reefline/schema/feature";
import {
  type ClassRaster,
  type Decision,
  type PinnedEngine,
  type Prediction,
  type PredictionOptions,
  predictionOptionsSchema,
  predictionSchema,
  type UncertaintyRaster,
} from "@reefline/schema/prediction";
import type { Evaluation } from "@reefline/schema/training";
import { type Selectable, sql } from "kysely";
import { publishEvent } from "./events.ts";
import { fromColumn, fromNullableColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

function toPrediction(row: Selectable<Tables["predictions"]>): Prediction {
  return {
    id: row.id,
    surveyId: row.surveyId,
    modelId: row.modelId,
    modelName: row.modelName,
    jobId: row.jobId,
    createdAt: row.createdAt,
    state: predictionSchema.shape.state.parse(row.state),
    area: fromNullableColumn<Polygon[]>(row.areaJson),
    threshold: row.threshold,
    raster: fromNullableColumn<NonNullable<Prediction["raster"]>>(row.rasterJson),
    uncertainty: fromNullableColumn<UncertaintyRaster>(row.uncertaintyJson),
    classRaster: fromNullableColumn<ClassRaster>(row.classRasterJson),
    options: predictionOptionsSchema.parse(fromNullableColumn<Partial<PredictionOptions>>(row.optionsJson) ?? {}),
    engine: fromNullableColumn<PinnedEngine>(row.engineJson),
    heldOut: fromNullableColumn<Evaluation>(row.heldOutJson),
  };
}

export async function insertPrediction(db: Database, prediction: Prediction): Promise<void> {
  const { area, raster, heldOut, uncertainty, classRaster, options, engine, ...rest } = prediction;
  await db
    .insertInto("predictions")
    .values({
      ...rest,
      areaJson: area ? JSON.stringify(area) : null,
      rasterJson: raster ? JSON.stringify(raster) : null,
      uncertaintyJson: uncertainty ? JSON.stringify(uncertainty) : null,
      classRasterJson: classRaster ? JSON.stringify(classRaster) : null,
      optionsJson: JSON.stringify(options),
      engineJson: engine ? JSON.stringify(engine) : null,
      heldOutJson: heldOut ? JSON.stringify(heldOut) : null,
    })
    .execute();
}

/** Newest first. */
export async function predictionsOf(db: Database, surveyId: string): Promise<Prediction[]> {
  const rows = await db.selectFrom("predictions").selectAll().where("surveyId", "=", surveyId).orderBy("createdAt", "desc").execute();
  return rows.map(toPrediction);
}

/** @throws AppError `prediction/not-found`. */
export async function predictionById(db: Database, id: string): Promise<Prediction> {
  const row = await db.selectFrom("predictions").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new AppError("not-found", "prediction/not-found", "This prediction does not exist, or was removed. Reload the page.");
  return toPrediction(row);
}

export async function updatePrediction(
  db: Database,
  id: string,
  change: {
    state?: Prediction["state"];
    threshold?: number;
    raster?: Prediction["raster"];
    uncertainty?: Prediction["uncertainty"];
    classRaster?: Prediction["classRaster"];
    engine?: Prediction["engine"];
    heldOut?: Evaluation | null;
  },
): Promise<void> {
  const set: Partial<Tables["predictions"]> = {};
  if (change.state !== undefined) set.state = change.state;
  if (change.threshold !== undefined) set.threshold = change.threshold;
  if (change.raster !== undefined) set.rasterJson = change.raster ? JSON.stringify(change.raster) : null;
  if (change.uncertainty !== undefined) set.uncertaintyJson = change.uncertainty ? JSON.stringify(change.uncertainty) : null;
  if (change.classRaster !== undefined) set.classRasterJson = change.classRaster ? JSON.stringify(change.classRaster) : null;
  if (change.engine !== undefined) set.engineJson = change.engine ? JSON.stringify(change.engine) : null;
  if (change.heldOut !== undefined) set.heldOutJson = change.heldOut ? JSON.stringify(change.heldOut) : null;
  await db.updateTable("predictions").set(set).where("id", "=", id).execute();
}

export type StoredDecision = Decision & { readonly surveyId: string; readonly editId: string | null };

function toDecision(row: Selectable<Tables["decisions"]>): StoredDecision {
  return {
    id: row.id,
    predictionId: row.predictionId,
    surveyId: row.surveyId,
    kind: predictionDecision(row.kind),
    polygonId: row.polygonId,
    geometry: fromColumn<Polygon>(row.geometryJson),
    threshold: row.threshold,
    probability: row.probability,
    decidedAt: row.decidedAt,
    editId: row.editId,
    undone: row.undone === 1,
  };
}

function predictionDecision(kind: string): Decision["kind"] {
  if (kind === "accepted" || kind === "edited" || kind === "rejected") return kind;
  throw new Error(`decisions.kind holds "${kind}"`);
}

/** What a decision says, without the outline it was taken on. */
export type DecisionHead = Pick<StoredDecision, "id" | "predictionId" | "polygonId" | "kind">;

/**
 * Decisions on any prediction of a survey that still stand, oldest first. One that made a label stands as long as the label does: when
 * that is undone or deleted, the polygon is open again.
 */
export async function standingDecisionHeads(db: Database, surveyId: string): Promise<DecisionHead[]> {
  const rows = await db
    .selectFrom("decisions")
    .select(["id", "predictionId", "polygonId", "kind"])
    .where("surveyId", "=", surveyId)
    .where("undone", "=", 0)
    .orderBy("decidedAt")
    .execute();
  const labels = await db
    .selectFrom("features")
    .select("provenanceJson")
    .where("surveyId", "=", surveyId)
    .where("deleted", "=", 0)
    // In the words of the index over accepted labels.
    .where(sql<string>`json_extract(provenanceJson, '$.kind')`, "=", sql.lit("accepted"))
    .execute();
  const labelled = new Set<string>();
  for (const { provenanceJson } of labels) {
    const provenance = fromColumn<Provenance>(provenanceJson);
    if (provenance.kind === "accepted") labelled.add(`${provenance.predictionId}/${provenance.polygonId}`);
  }
  return rows
    .map((row) => ({ ...row, kind: predictionDecision(row.kind) }))
    .filter(({ kind, predictionId, polygonId }) => kind === "rejected" || labelled.has(`${predictionId}/${polygonId}`));
}

/** The same with all there is to know of them. */
export async function standingDecisions(db: Database, surveyId: string): Promise<StoredDecision[]> {
  const heads = await standingDecisionHeads(db, surveyId);
  return decisionsById(
    db,
    heads.map(({ id }) => id),
  );
}

/** Decisions in the order of their ids given. */
export async function decisionsById(db: Database, ids: readonly string[]): Promise<StoredDecision[]> {
  const found = new Map<string, StoredDecision>();
  const batch = 500;
  for (let start = 0; start < ids.length; start += batch) {
    const rows = await db
      .selectFrom("decisions")
      .selectAll()
      .where("id", "in", ids.slice(start, start + batch))
      .execute();
    for (const row of rows) found.set(row.id, toDecision(row));
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Says that the standing decisions of a survey may be others now. */
export async function bumpDecisions(db: Database, surveyId: string): Promise<void> {
  await db
    .insertInto("decisionVersions")
    .values({ surveyId, version: 1 })
    .onConflict((oc) => oc.column("surveyId").doUpdateSet({ version: sql`version + 1` }))
    .execute();
}

/** Grows with every change of a survey's standing decisions; 0 before the first. */
export async function decisionVersion(db: Database, surveyId: string): Promise<number> {
  const row = await db.selectFrom("decisionVersions").select("version").where("surveyId", "=", surveyId).executeTakeFirst();
  return row?.version ?? 0;
}

export async function findDecision(db: Database, id: string): Promise<StoredDecision | null> {
  const row = await db.selectFrom("decisions").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? toDecision(row) : null;
}

export async function insertDecision(db: Database, decision: StoredDecision): Promise<void> {
  const { geometry, undone, ...rest } = decision;
  await db
    .insertInto("decisions")
    .values({ ...rest, geometryJson: JSON.stringify(geometry), undone: undone ? 1 : 0 })
    .execute();
}

export async function markDecisionUndone(db: Database, id: string): Promise<void> {
  await db.updateTable("decisions").set({ undone: 1 }).where("id", "=", id).execute();
}

/** Keeps a prediction's state in step with the job that makes it. */
export async function setPredictionState(db: Database, jobId: string, state: "running" | "failed" | "cancelled"): Promise<void> {
  const row = await db
    .selectFrom("predictions")
    .select(["id", "surveyId"])
    .where("jobId", "=", jobId)
    .where("state", "!=", "ready")
    .executeTakeFirst();
  if (!row) return;
  await db.updateTable("predictions").set({ state }).where("id", "=", row.id).execute();
  await publishEvent(db, { kind: "prediction", predictionId: row.id, surveyId: row.surveyId });
}
