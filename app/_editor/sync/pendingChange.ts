import { editSchema, featureContentSchema } from "@reefline/schema/feature";
import { z } from "zod";

/** What one change does to one feature. null: not there. */
const effectSchema = z.object({ id: z.string(), before: featureContentSchema.nullable(), after: featureContentSchema.nullable() });
export type Effect = z.infer<typeof effectSchema>;

/**
 * A change that the server has not acknowledged yet. It is kept in the browser's storage from the moment it is made.
 * `effects` are what it does to the features on the map; the server has the last word.
 */
export const pendingChangeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("apply"), order: z.string(), edit: editSchema, effects: z.array(effectSchema) }),
  z.object({
    kind: z.literal("undo"),
    order: z.string(),
    surveyId: z.string(),
    /** The edit to take back; a redo takes back an undo. */
    editId: z.string(),
    newEditId: z.string(),
    title: z.string(),
    effects: z.array(effectSchema),
  }),
]);
export type PendingChange = z.infer<typeof pendingChangeSchema>;

export function changeId(change: PendingChange): string {
  return change.kind === "apply" ? change.edit.id : change.newEditId;
}
