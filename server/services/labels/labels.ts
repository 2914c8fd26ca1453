import { AppError } from "@reefline/schema/errors";
import type { AppliedEdit, Edit, Feature, FeatureContent } from "@reefline/schema/feature";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { appendEdit, findEdit, lastEditSeq, makerOfRevision, recentEdits, recordRevisions, revisionMadeBy } from "../../storage/edits.ts";
import { publishEvent } from "../../storage/events.ts";
import {
  featureRows,
  featuresChangedAfter,
  featuresOf,
  insertFeatures,
  markDeleted,
  replaceFeature,
  toFeature,
} from "../../storage/features.ts";
import { bumpDecisions } from "../../storage/predictions.ts";
import type { Database } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { normalizePolygon } from "./normalizePolygon.ts";

export interface EditResult {
  readonly editSeq: number;
  /** Revision 0: deleted. */
  readonly revisions: { id: string; revision: number }[];
  /** This edit was applied before; nothing changed now. */
  readonly duplicate: boolean;
}

export interface EditConflict {
  readonly id: string;
  /** What was sent; null for a deletion. */
  readonly yours: FeatureContent | null;
  /** What is stored; null when it is gone. */
  readonly current: Feature | null;
}

function contentOf(feature: Feature): FeatureContent {
  const { id: _id, surveyId: _survey, revision: _revision, updatedAt: _updated, ...content } = feature;
  return content;
}

/**
 * Applies an edit inside the caller's transaction: all of it or nothing, once per edit id.
 *
 * @throws AppError `edit/conflict` with `details.conflicts: EditConflict[]` when a base revision is not the present one;
 *   `edit/twice` when one feature is named twice; `label/*` for shapes that are no polygons.
 */
export async function applyEditIn(db: Database, author: string, edit: Edit): Promise<EditResult> {
  const earlier = await findEdit(db, edit.id);
  if (earlier) {
    if (earlier.surveyId !== edit.surveyId) {
      throw new AppError("conflict", "edit/id-taken", "This change carries the number of another one. Reload the page and make it again.");
    }
    return { editSeq: earlier.seq, revisions: earlier.after, duplicate: true };
  }
  await surveyById(db, edit.surveyId);
  const ids = [...edit.puts, ...edit.deletes].map((change) => change.id);
  if (new Set(ids).size !== ids.length) {
    throw new AppError("bad-input", "edit/twice", "One change names the same polygon twice. Reload the page and make it again.");
  }
  const puts = edit.puts.map((put) => ({ ...put, content: { ...put.content, geometry: normalizePolygon(put.content.geometry) } }));
  const rows = await featureRows(db, ids);
  const conflicts: EditConflict[] = [];
  const living = (id: string) => {
    const row = rows.get(id);
    return row && row.deleted === 0 ? row : null;
  };
  for (const put of puts) {
    const row = living(put.id);
    const other = rows.get(put.id);
    if ((row?.revision ?? 0) !== put.baseRevision || (other && other.surveyId !== edit.surveyId)) {
      conflicts.push({ id: put.id, yours: put.content, current: row ? toFeature(row) : null });
    }
  }
  for (const { id, baseRevision } of edit.deletes) {
    const row = living(id);
    if (row?.revision !== baseRevision || row.surveyId !== edit.surveyId)
      conflicts.push({ id, yours: null, current: row ? toFeature(row) : null });
  }
  if (conflicts.length > 0) {
    const what = conflicts.length === 1 ? "A polygon was" : `${conflicts.length} polygons were`;
    throw new AppError(
      "conflict",
      "edit/conflict",
      `${what} changed elsewhere since you loaded this survey, so your change was not saved. Look at both versions and keep one.`,
      { conflicts },
    );
  }

  const appliedAt = new Date().toISOString();
  const revisionOf = (id: string) => (rows.get(id)?.revision ?? 0) + 1;
  const after = [...puts.map(({ id }) => ({ id, revision: revisionOf(id) })), ...edit.deletes.map(({ id }) => ({ id, revision: 0 }))];
  const before = ids.map((id) => {
    const row = living(id);
    return { id, content: row ? contentOf(toFeature(row)) : null, revision: row?.revision ?? 0 };
  });
  const seq = await appendEdit(db, { ...edit, puts, author, appliedAt, before, after });
  const written = (id: string, content: FeatureContent): Feature => ({
    ...content,
    id,
    surveyId: edit.surveyId,
    revision: revisionOf(id),
    updatedAt: appliedAt,
  });
  await insertFeatures(
    db,
    puts.filter(({ id }) => !rows.has(id)).map(({ id, content }) => written(id, content)),
    seq,
  );
  for (const { id, content } of puts) {
    const row = rows.get(id);
    if (row) await replaceFeature(db, row.num, written(id, content), seq);
  }
  for (const { id } of edit.deletes) {
    const row = rows.get(id);
    if (row) await markDeleted(db, row, revisionOf(id), appliedAt, seq);
  }
  await recordRevisions(
    db,
    ids.map((id) => ({ id, revision: revisionOf(id) })),
    seq,
  );
  // A decision that made a label stands as long as the label does.
  const wasAccepted = (content: FeatureContent | null) => content?.provenance.kind === "accepted";
  if (puts.some(({ content }) => wasAccepted(content)) || before.some(({ content }) => wasAccepted(content))) {
    await bumpDecisions(db, edit.surveyId);
  }
  await publishEvent(db, { kind: "edit", surveyId: edit.surveyId, editId: edit.id, editSeq: seq });
  return { editSeq: seq, revisions: after, duplicate: false };
}

/** Applies an edit in one durable transaction: when this returns, a power cut does not lose it. */
export async function applyEdit(ctx: Context, edit: Edit): Promise<EditResult> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute((trx) => applyEditIn(trx, ctx.principal.name, edit));
}

/**
 * The edit that takes another one back. A feature changed since stands in the way, unless everything since was itself taken back.
 *
 * @throws AppError `edit/changed-since`, `edit/not-found`.
 */
async function inverseOf(db: Database, edit: AppliedEdit, newEditId: string): Promise<Edit> {
  const rows = await featureRows(
    db,
    edit.before.map(({ id }) => id),
  );
  const inverse: Edit = {
    id: newEditId,
    surveyId: edit.surveyId,
    puts: [],
    deletes: [],
    inverseOf: edit.id,
    title: `Undo: ${edit.title}`.slice(0, 120),
  };
  for (const { id, content } of edit.before) {
    const row = rows.get(id);
    const made = await revisionMadeBy(db, edit.id, id);
    let revision = row?.revision ?? null;
    while (revision !== null && revision !== made) {
      const maker = await makerOfRevision(db, id, revision);
      const undone = maker?.inverseOf ? await revisionMadeBy(db, maker.inverseOf, id) : null;
      if (undone === null) {
        throw new AppError(
          "conflict",
          "edit/changed-since",
          `"${edit.title}" cannot be undone: a polygon it touched was changed again later, and undoing would lose that work.`,
          { conflicts: [{ id, yours: content, current: row && row.deleted === 0 ? toFeature(row) : null }] },
        );
      }
      revision = undone - 1;
    }
    const present = row && row.deleted === 0 ? row.revision : 0;
    if (content) inverse.puts.push({ id, baseRevision: present, content });
    else if (present > 0) inverse.deletes.push({ id, baseRevision: present });
  }
  return inverse;
}

/** Undoes an edit (or redoes, given the edit that undid it) by applying its inverse as a new edit. */
export async function undoEdit(ctx: Context, request: { surveyId: string; editId: string; newEditId: string }): Promise<EditResult> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute((trx) => undoEditIn(trx, ctx.principal.name, request));
}

export async function undoEditIn(
  db: Database,
  author: string,
  { surveyId, editId, newEditId }: { surveyId: string; editId: string; newEditId: string },
): Promise<EditResult> {
  const repeated = await findEdit(db, newEditId);
  if (repeated) return { editSeq: repeated.seq, revisions: repeated.after, duplicate: true };
  const edit = await findEdit(db, editId);
  if (!edit || edit.surveyId !== surveyId) {
    throw new AppError("not-found", "edit/not-found", "The change to undo is not in this survey's log. Reload the page.");
  }
  return applyEditIn(db, author, await inverseOf(db, edit, newEditId));
}

/** Everything of a survey. The edit number is read first: what is saved meanwhile comes again with `featuresSince`, never goes missing. */
export async function featuresInSurvey(ctx: Context, surveyId: string): Promise<{ features: Feature[]; lastEditSeq: number }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  await surveyById(db, surveyId);
  const seq = await lastEditSeq(db, surveyId);
  return { features: await featuresOf(db, surveyId), lastEditSeq: seq };
}

/** What changed after an edit. */
export async function featuresSince(
  ctx: Context,
  surveyId: string,
  seq: number,
): Promise<{ features: Feature[]; deletedIds: string[]; lastEditSeq: number }> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const { db } = ctx.store;
  await surveyById(db, surveyId);
  const last = await lastEditSeq(db, surveyId);
  return { ...(await featuresChangedAfter(db, surveyId, seq)), lastEditSeq: last };
}

/** Above this many changes an edit is listed without its contents. */
const listedChanges = 200;

/** The log, newest first. Large edits (imports) come with their `changeCount` but without puts, deletes, before and after. */
export async function listRecentEdits(ctx: Context, surveyId: string, limit: number): Promise<(AppliedEdit & { changeCount: number })[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return recentEdits(ctx.store.db, surveyId, limit, listedChanges);
}
