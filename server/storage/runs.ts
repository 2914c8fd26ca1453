import { AppError } from "@reefline/schema/errors";
import type { HistoryEvent, Model, ModelCard, Run, SampleChip, TrainConfig } from "@reefline/schema/training";
import type { Selectable } from "kysely";
import { fromColumn } from "./json.ts";
import type { Database } from "./store.ts";
import type { Tables } from "./tables.ts";

function toRun(row: Selectable<Tables["runs"]>): Run {
  return {
    id: row.id,
    name: row.name,
    projectId: row.projectId,
    surveyIds: fromColumn<string[]>(row.surveyIdsJson),
    config: fromColumn<TrainConfig>(row.configJson),
    jobId: row.jobId,
    createdAt: row.createdAt,
    modelId: row.modelId,
    partOf: row.partOfJson === null ? null : fromColumn<NonNullable<Run["partOf"]>>(row.partOfJson),
  };
}

export async function insertRun(db: Database, run: Run): Promise<void> {
  await db
    .insertInto("runs")
    .values({
      id: run.id,
      projectId: run.projectId,
      name: run.name,
      configJson: JSON.stringify(run.config),
      surveyIdsJson: JSON.stringify(run.surveyIds),
      jobId: run.jobId,
      createdAt: run.createdAt,
      modelId: run.modelId,
      chipsJson: "[]",
      partOfJson: run.partOf ? JSON.stringify(run.partOf) : null,
    })
    .execute();
}

export async function allRuns(db: Database, projectId: string): Promise<Run[]> {
  const rows = await db.selectFrom("runs").selectAll().where("projectId", "=", projectId).orderBy("createdAt", "desc").execute();
  return rows.map(toRun);
}

/** @throws AppError `run/not-found`. */
export async function runById(db: Database, id: string): Promise<Run> {
  const row = await db.selectFrom("runs").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new AppError("not-found", "run/not-found", "This training run does not exist. Reload the page.");
  return toRun(row);
}

export async function historyOf(db: Database, runId: string): Promise<HistoryEvent[]> {
  const rows = await db.selectFrom("history").select("eventJson").where("runId", "=", runId).orderBy("num").execute();
  return rows.map((row) => fromColumn<HistoryEvent>(row.eventJson));
}

export async function appendHistory(db: Database, runId: string, event: HistoryEvent): Promise<void> {
  await db
    .insertInto("history")
    .values({ runId, eventJson: JSON.stringify(event) })
    .execute();
}

/** Forgets what a crashed attempt wrote beyond the step that training resumes from. */
export async function trimHistory(db: Database, runId: string, keepUpToStep: number): Promise<void> {
  const rows = await db.selectFrom("history").select(["num", "eventJson"]).where("runId", "=", runId).execute();
  const gone = rows.filter((row) => fromColumn<HistoryEvent>(row.eventJson).step > keepUpToStep).map((row) => row.num);
  for (let start = 0; start < gone.length; start += 500) {
    await db
      .deleteFrom("history")
      .where("num", "in", gone.slice(start, start + 500))
      .execute();
  }
}

export async function chipsOf(db: Database, runId: string): Promise<SampleChip[]> {
  const row = await db.selectFrom("runs").select("chipsJson").where("id", "=", runId).executeTakeFirst();
  return row ? fromColumn<SampleChip[]>(row.chipsJson) : [];
}

export async function setChips(db: Database, runId: string, chips: readonly SampleChip[]): Promise<void> {
  await db
    .updateTable("runs")
    .set({ chipsJson: JSON.stringify(chips) })
    .where("id", "=", runId)
    .execute();
}

export async function setRunModel(db: Database, runId: string, modelId: string): Promise<void> {
  await db.updateTable("runs").set({ modelId }).where("id", "=", runId).execute();
}

function toModel(row: Selectable<Tables["models"]>): Model {
  return { id: row.id, runId: row.runId, name: row.name, createdAt: row.createdAt, card: fromColumn<ModelCard>(row.cardJson) };
}

export async function insertModel(db: Database, projectId: string, model: Model): Promise<void> {
  await db
    .insertInto("models")
    .values({
      id: model.id,
      projectId,
      runId: model.runId,
      name: model.name,
      createdAt: model.createdAt,
      cardJson: JSON.stringify(model.card),
    })
    .execute();
}

/** Newest first. */
export async function allModels(db: Database, projectId: string): Promise<Model[]> {
  const rows = await db.selectFrom("models").selectAll().where("projectId", "=", projectId).orderBy("createdAt", "desc").execute();
  return rows.map(toModel);
}

/** @throws AppError `model/not-found`. */
export async function modelById(db: Database, id: string): Promise<Model> {
  const row = await db.selectFrom("models").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new AppError("not-found", "model/not-found", "This model does not exist, or is not finished yet.");
  return toModel(row);
}
