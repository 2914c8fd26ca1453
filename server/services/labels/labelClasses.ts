import type { Edit } from "@reefline/schema/feature";
import type { Bounds } from "@reefline/schema/grid";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { findEdit } from "../../storage/edits.ts";
import { featureRows, toFeature } from "../../storage/features.ts";
import type { Database } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { applyEditIn } from "./labels.ts";

/** So many puts fit one edit. */
const labelsPerEdit = 5_000;

export interface LabelsOfClass {
  readonly surveyId: string;
  readonly class: string;
  /** Only those that lie wholly inside; null: all. */
  readonly bounds: Bounds | null;
}

/** How many labels there are of a class. */
export async function countOfClass(ctx: Context, which: LabelsOfClass): Promise<number> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  await surveyById(ctx.store.db, which.surveyId);
  const { count } = await labelsOf(ctx.store.db, which)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * Gives labels of one class another, as one edit that can be undone: up to 5,000 of them, the oldest first. `left` says how many there still are.
 * Sent twice with one `editId` it counts once.
 */
export async function changeClass(
  ctx: Context,
  { to, editId, ...which }: LabelsOfClass & { readonly to: string; readonly editId: string },
): Promise<{ changed: number; left: number }> {
  authorize(ctx.principal, "label:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    await surveyById(trx, which.surveyId);
    const repeated = await findEdit(trx, editId);
    const found = to === which.class ? [] : await labelsOf(trx, which).select("features.id").orderBy("features.num").execute();
    if (repeated) return { changed: repeated.after.length, left: found.length };
    const ids = found.slice(0, labelsPerEdit).map(({ id }) => id);
    if (ids.length === 0) return { changed: 0, left: 0 };
    const puts: Edit["puts"] = [...(await featureRows(trx, ids)).values()].map((row) => {
      const { id, surveyId: _survey, revision, updatedAt: _updated, ...content } = toFeature(row);
      return { id, baseRevision: revision, content: { ...content, class: to } };
    });
    const title = `Change class of ${puts.length} ${puts.length === 1 ? "label" : "labels"}`;
    await applyEditIn(trx, ctx.principal.name, { id: editId, surveyId: which.surveyId, puts, deletes: [], inverseOf: null, title });
    return { changed: puts.length, left: found.length - puts.length };
  });
}

function labelsOf(db: Database, { surveyId, class: name, bounds }: LabelsOfClass) {
  const labels = db
    .selectFrom("features")
    .innerJoin("featureBounds", "featureBounds.num", "features.num")
    .where("features.surveyId", "=", surveyId)
    .where("features.layer", "=", "label")
    .where("features.deleted", "=", 0)
    .where("features.class", "=", name);
  if (!bounds) return labels;
  return labels
    .where("featureBounds.west", ">=", bounds.west)
    .where("featureBounds.east", "<=", bounds.east)
    .where("featureBounds.south", ">=", bounds.south)
    .where("featureBounds.north", "<=", bounds.north);
}
