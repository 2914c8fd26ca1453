import { type Edit, type Feature, featureContentSchema, featureSchema } from "@reefline/schema/feature";
import { z } from "zod";
import { applyEffects, type Features } from "./featureView.ts";
import type { PendingChange } from "./pendingChange.ts";

const conflictDetails = z.object({ conflicts: z.array(z.object({ id: z.string(), current: featureSchema.nullish() })) });

/** Features that someone else changed first: what they are now, by id. Null when the answer does not say. */
export function conflictingFeatures(details: unknown): Map<string, Feature | null> | null {
  const parsed = conflictDetails.safeParse(details);
  return parsed.success ? new Map(parsed.data.conflicts.map(({ id, current }) => [id, current ?? null])) : null;
}

/** Keeps the user's version over the present one: the same wishes, on top of what is there now. A deleted feature comes back under a new id. */
export function rebaseOntoCurrent(edit: Edit, current: ReadonlyMap<string, Feature | null>, newId: () => string): Edit {
  return {
    ...edit,
    id: newId(),
    puts: edit.puts.map((put) => {
      const now = current.get(put.id);
      if (now === undefined) return put;
      return now ? { ...put, baseRevision: now.revision } : { ...put, id: newId(), baseRevision: 0 };
    }),
    deletes: edit.deletes.flatMap((gone) => {
      const now = current.get(gone.id);
      return now === undefined ? [gone] : now ? [{ ...gone, baseRevision: now.revision }] : [];
    }),
  };
}

/** Gives way: the edit without the features in conflict. Null when nothing is left of it. */
export function withoutConflicts(edit: Edit, current: ReadonlyMap<string, Feature | null>, newId: () => string): Edit | null {
  const puts = edit.puts.filter((put) => !current.has(put.id));
  const deletes = edit.deletes.filter((gone) => !current.has(gone.id));
  return puts.length + deletes.length > 0 ? { ...edit, id: newId(), puts, deletes } : null;
}

/** The effects of an edit on the features that the server holds. */
export function effectsOf(edit: Edit, confirmed: Features) {
  const before = (id: string) => {
    const parsed = featureContentSchema.safeParse(confirmed.get(id));
    return parsed.success ? parsed.data : null;
  };
  return [
    ...edit.puts.map((put) => ({ id: put.id, before: before(put.id), after: put.content })),
    ...edit.deletes.map((gone) => ({ id: gone.id, before: before(gone.id), after: null })),
  ];
}

/** Queued changes with base revisions counted anew from what the server holds, after an answer differed from what was foretold. */
export function rebasePending(confirmed: Features, pending: readonly PendingChange[], surveyId: string): PendingChange[] {
  const view = new Map(confirmed);
  return pending.map((change) => {
    const rebased: PendingChange =
      change.kind === "undo"
        ? change
        : {
            ...change,
            edit: {
              ...change.edit,
              puts: change.edit.puts.map((put) => ({ ...put, baseRevision: view.get(put.id)?.revision ?? put.baseRevision })),
              deletes: change.edit.deletes.map((gone) => ({ ...gone, baseRevision: view.get(gone.id)?.revision ?? gone.baseRevision })),
            },
          };
    applyEffects(view, change.effects, surveyId);
    return rebased;
  });
}
