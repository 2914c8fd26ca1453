import type { AreaSample, AreaSampleEstimate, AreaSampleRequest } from "@reefline/schema/areaSample";
import { AppError } from "@reefline/schema/errors";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { deleteSample, sampleById, sampleIdsOf } from "../../storage/areaSamples.ts";
import { featureRows, toFeature } from "../../storage/features.ts";
import { applyEditIn } from "../labels/labels.ts";

/** What reads whole rasters, done outside the server's own process. */
export interface AreaSampleRuns {
  drawSample(author: string, request: AreaSampleRequest): Promise<AreaSample>;
  estimateSample(sampleId: string): Promise<AreaSampleEstimate>;
}

/** Newest first. */
export async function listSamples(ctx: Context, surveyId: string): Promise<AreaSample[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const ids = await sampleIdsOf(ctx.store.db, surveyId);
  return (await Promise.all(ids.map((id) => sampleById(ctx.store.db, id)))).map(({ sample }) => sample);
}

/** Draws a sample. @throws what `drawSample` throws */
export async function startSample(ctx: Context, request: AreaSampleRequest, runs: AreaSampleRuns): Promise<AreaSample> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return runs.drawSample(ctx.principal.name, request);
}

/** The area with its interval. @throws what `estimateSample` throws */
export async function sampleEstimate(ctx: Context, sampleId: string, runs: AreaSampleRuns): Promise<AreaSampleEstimate> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return runs.estimateSample(sampleId);
}

/** Blocks done, by their number from 1, in one edit; those done already stay so. @throws AppError `area-sample/no-block` */
export async function finishBlocks(ctx: Context, sampleId: string, numbers: readonly number[]): Promise<void> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  await ctx.store.db.transaction().execute(async (trx) => {
    const { sample } = await sampleById(trx, sampleId);
    const unknown = numbers.find((number) => !sample.blocks[number - 1]);
    if (unknown !== undefined)
      throw new AppError(
        "bad-input",
        "area-sample/no-block",
        `There is no block ${unknown}: they are numbered 1 to ${sample.blocks.length}.`,
      );
    const ids = numbers.flatMap((number) => sample.blocks[number - 1]?.featureId ?? []);
    const rows = await featureRows(trx, ids);
    const missing = numbers.find((number) => rows.get(sample.blocks[number - 1]?.featureId ?? "")?.deleted !== 0);
    if (missing !== undefined)
      throw new AppError(
        "conflict",
        "area-sample/no-block",
        `The held-out area of block ${missing} was deleted. Undo that, or draw a new sample.`,
      );
    const open = await openBlocks(trx, ids);
    if (open.length === 0) return;
    await applyEditIn(trx, ctx.principal.name, {
      id: crypto.randomUUID(),
      surveyId: sample.surveyId,
      puts: open.map(({ id, revision, content }) => ({ id, baseRevision: revision, content: { ...content, locked: true } })),
      deletes: [],
      inverseOf: null,
      title: open.length === 1 ? "Finish a block of the area sample" : `Finish ${open.length} blocks of the area sample`,
    });
  });
}

/** Forgets a sample. Its blocks' areas go with it; what was labelled stays. */
export async function removeSample(ctx: Context, sampleId: string): Promise<void> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  await ctx.store.db.transaction().execute(async (trx) => {
    const { sample } = await sampleById(trx, sampleId);
    const rows = await featureRows(
      trx,
      sample.blocks.map(({ featureId }) => featureId),
    );
    const deletes = [...rows.values()].filter((row) => row.deleted === 0).map((row) => ({ id: row.id, baseRevision: row.revision }));
    await deleteSample(trx, sampleId);
    if (deletes.length === 0) return;
    const edit = { id: crypto.randomUUID(), surveyId: sample.surveyId, puts: [], deletes, inverseOf: null, title: "Remove an area sample" };
    await applyEditIn(trx, ctx.principal.name, edit);
  });
}

async function openBlocks(trx: Parameters<typeof featureRows>[0], ids: readonly string[]) {
  return [...(await featureRows(trx, ids)).values()]
    .filter((row) => row.deleted === 0 && row.locked === 0)
    .map((row) => {
      const { id, revision, surveyId: _survey, updatedAt: _updated, ...content } = toFeature(row);
      return { id, revision, content };
    });
}
