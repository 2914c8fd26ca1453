import type { Feature } from "@reefline/schema/feature";
import { api } from "../_api/api.ts";
import { appErrorOf, sentenceFor } from "../_api/appErrorOf.ts";
import { announce } from "../_ui/announce.ts";
import { toast } from "../_ui/toasts.ts";
import { type Change, mergeConfirmed, onPendingAdded, pullFeatures, replacePending, useFeatures } from "./featureStore.ts";
import { conflictingFeatures, effectsOf, rebaseOntoCurrent, withoutConflicts } from "./sync/conflict.ts";
import type { PendingChange } from "./sync/pendingChange.ts";

const { getState: get, setState: set } = useFeatures;
const waits = [500, 1_000, 2_000, 4_000, 8_000];

let sending = false;
let failures = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

/** Sends what is pending, one change after the other, until nothing is left, the server is away, or a conflict needs a decision. */
export async function sendPending(): Promise<void> {
  if (sending || get().conflict) return;
  sending = true;
  if (timer) clearTimeout(timer);
  try {
    for (let next = get().pending[0]; next && !get().conflict; next = get().pending[0]) {
      if (failures === 0) set({ saveState: "saving" });
      if (!(await sendOne(next))) return;
      failures = 0;
    }
    if (!get().conflict && get().pending.length === 0) set({ saveState: "saved", saveProblem: null });
  } finally {
    sending = false;
  }
}

/** True when the queue can go on to the next change. */
async function sendOne(change: PendingChange): Promise<boolean> {
  const surveyId = change.kind === "apply" ? change.edit.surveyId : change.surveyId;
  try {
    const answer =
      change.kind === "apply"
        ? await api.edits.applyEdit.mutate(change.edit)
        : await api.edits.undo.mutate({ surveyId, editId: change.editId, newEditId: change.newEditId });
    if (get().surveyId !== surveyId) return true;
    const revisions = new Map(answer.revisions.map(({ id, revision }) => [id, revision]));
    const now = new Date().toISOString();
    const changes = change.effects.flatMap(({ id, after }): Change[] => {
      const revision = revisions.get(id);
      if (after && !revision) return [];
      const feature: Feature | null = after && revision ? { ...after, id, surveyId, revision, updatedAt: now } : null;
      return [{ id, editSeq: answer.editSeq, feature }];
    });
    mergeConfirmed(changes, change);
    // An undo that this page had no record of: only the server knows what it changed.
    if (change.kind === "undo" && change.effects.length === 0) await pullFeatures();
    return true;
  } catch (error) {
    return handleRefusal(change, error);
  }
}

function handleRefusal(change: PendingChange, error: unknown): boolean {
  const refusal = appErrorOf(error);
  if (!refusal || refusal.kind === "unavailable" || refusal.kind === "internal") {
    const wait = waits[Math.min(failures++, waits.length - 1)] ?? 8_000;
    set({ saveState: "offline", saveProblem: sentenceFor(error) });
    timer = setTimeout(() => void sendPending(), wait);
    return false;
  }
  const current = refusal.kind === "conflict" && change.kind === "apply" ? conflictingFeatures(refusal.details) : null;
  if (current && change.kind === "apply") {
    set({ saveState: "conflict", conflict: { edit: change.edit, current } });
    announce("Your change conflicts with someone else's. Choose which version to keep.");
    return false;
  }
  const what = change.kind === "apply" ? change.edit.title : `Undo “${change.title}”`;
  toast(`${what} was not saved: ${refusal.message}`, { kind: "error" });
  replacePending(change, null);
  void pullFeatures();
  return true;
}

/** Ends a conflict: the user's version on top of the present one, or the present one as it is. */
export function resolveConflict(keep: "mine" | "theirs"): void {
  const { conflict, pending, confirmed } = get();
  const change = pending[0];
  if (!conflict || change?.kind !== "apply" || change.edit.id !== conflict.edit.id) {
    set({ conflict: null });
    return;
  }
  const newId = () => crypto.randomUUID();
  const edit =
    keep === "mine" ? rebaseOntoCurrent(change.edit, conflict.current, newId) : withoutConflicts(change.edit, conflict.current, newId);
  set({ conflict: null, saveState: "saving" });
  replacePending(change, edit ? { ...change, edit, effects: effectsOf(edit, confirmed) } : null);
  // By an edit whose number the answer does not say: certainly after any tiles.
  mergeConfirmed(
    [...conflict.current].map(([id, feature]) => ({ id, editSeq: Number.MAX_SAFE_INTEGER, feature })),
    null,
  );
  void sendPending();
}

onPendingAdded(() => void sendPending());

if (typeof window !== "undefined") {
  window.addEventListener("online", () => void sendPending());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void sendPending();
  });
}
