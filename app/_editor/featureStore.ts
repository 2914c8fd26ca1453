import type { Edit, Feature } from "@reefline/schema/feature";
import { create } from "zustand";
import { api } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { onLive } from "../_api/liveBus.ts";
import { toast } from "../_ui/toasts.ts";
import { buildEdit, type Wish } from "./sync/buildEdit.ts";
import { rebasePending } from "./sync/conflict.ts";
import { type Features, featureView } from "./sync/featureView.ts";
import type { PendingChange } from "./sync/pendingChange.ts";
import { forgetPending, keepPending, nextOrder, readPending } from "./sync/pendingStorage.ts";
import { inverseEffects, type LogEntry, logEntryOf, undoStack } from "./sync/undoStack.ts";

export type SaveState = "saved" | "saving" | "offline" | "conflict";

/** The user's change and what stands in its way. */
export type Conflict = { edit: Edit; current: ReadonlyMap<string, Feature | null> };

export type FeatureStore = {
  surveyId: string | null;
  loaded: boolean;
  loadError: string | null;
  /** As the server holds them. */
  confirmed: Features;
  /** Not acknowledged yet, oldest first. */
  pending: readonly PendingChange[];
  /** What the user sees. */
  features: Features;
  log: readonly LogEntry[];
  lastEditSeq: number;
  saveState: SaveState;
  /** Why saving waits, when it does. */
  saveProblem: string | null;
  conflict: Conflict | null;
};

const nothing: Features = new Map();

const initial: FeatureStore = {
  surveyId: null,
  loaded: false,
  loadError: null,
  confirmed: nothing,
  pending: [],
  features: nothing,
  log: [],
  lastEditSeq: 0,
  saveState: "saved",
  saveProblem: null,
  conflict: null,
};

export const useFeatures = create<FeatureStore>(() => initial);
const { getState: get, setState: set } = useFeatures;

let wakeSender: () => void = () => undefined;
/** The sender registers itself here, so that a change made is a change on its way. */
export function onPendingAdded(wake: () => void): void {
  wakeSender = wake;
}

/** Loads a survey's features, its recent history, and whatever an earlier page could not send. */
export async function openFeatures(surveyId: string): Promise<void> {
  if (get().surveyId === surveyId && get().loaded) return;
  set({ ...initial, surveyId });
  try {
    const [answer, recent] = await Promise.all([
      api.features.inSurvey.query({ surveyId }),
      api.edits.recent.query({ surveyId, limit: 60 }),
    ]);
    if (get().surveyId !== surveyId) return;
    const stored = readPending(surveyId);
    const confirmed: Features = new Map(answer.features.map((feature) => [feature.id, feature]));
    const applied = new Set(recent.map((edit) => edit.id));
    const log = recent.map(logEntryOf).reverse();
    for (const change of stored) {
      const entry = entryOf(change);
      if (!applied.has(entry.id)) log.push(entry);
    }
    set({ confirmed, log, lastEditSeq: answer.lastEditSeq, loaded: true });
    setPending(stored);
    if (stored.length > 0) wakeSender();
  } catch (error) {
    if (get().surveyId === surveyId) set({ loadError: sentenceFor(error) });
  }
}

/** Shows and saves a change. Returns the edit's id, or null when it would change nothing. */
export function change(title: string, wishes: readonly Wish[]): string | null {
  const { surveyId, features } = get();
  if (!surveyId) return null;
  const { edit, effects } = buildEdit(features, surveyId, wishes, title, crypto.randomUUID());
  if (effects.length === 0) return null;
  enqueue({ kind: "apply", order: nextOrder(), edit, effects });
  return edit.id;
}

/** Takes back the last change (or, for redo, the last undo). Returns its title. */
export function takeBack(which: "undo" | "redo"): string | null {
  const { surveyId, log } = get();
  const entry = undoStack(log)[which].at(-1);
  if (!surveyId || !entry) return null;
  enqueue({
    kind: "undo",
    order: nextOrder(),
    surveyId,
    editId: entry.id,
    newEditId: crypto.randomUUID(),
    title: entry.title,
    effects: inverseEffects(entry.effects),
  });
  return entry.title;
}

function enqueue(pendingChange: PendingChange): void {
  const { surveyId, pending, log } = get();
  if (!surveyId) return;
  if (!keepPending(surveyId, pendingChange))
    toast("The browser's storage is full, so this change is only safe once it shows as saved. Keep this page open until then.", {
      kind: "attention",
    });
  set({ log: [...log, entryOf(pendingChange)].slice(-200) });
  setPending([...pending, pendingChange]);
  wakeSender();
}

function entryOf(pendingChange: PendingChange): LogEntry {
  return pendingChange.kind === "apply"
    ? {
        id: pendingChange.edit.id,
        title: pendingChange.edit.title,
        inverseOf: pendingChange.edit.inverseOf,
        effects: pendingChange.effects,
      }
    : { id: pendingChange.newEditId, title: pendingChange.title, inverseOf: pendingChange.editId, effects: pendingChange.effects };
}

export function setPending(pending: readonly PendingChange[]): void {
  const { surveyId, confirmed } = get();
  if (surveyId) set({ pending, features: featureView(confirmed, pending, surveyId) });
}

/** Replaces a queued change by what should go in its stead: nothing, or a new version of it. */
export function replacePending(old: PendingChange, next: PendingChange | null): void {
  const { surveyId, pending, log } = get();
  if (!surveyId) return;
  if (next) keepPending(surveyId, next);
  forgetPending(surveyId, old);
  const oldId = entryOf(old).id;
  set({ log: log.flatMap((entry) => (entry.id !== oldId ? [entry] : next ? [entryOf(next)] : [])) });
  setPending(pending.flatMap((change) => (change !== old ? [change] : next ? [next] : [])));
}

/** Takes in what the server now holds. An older revision never overwrites a newer one: answers may overtake each other. */
export function mergeConfirmed(
  puts: readonly Feature[],
  deletedIds: readonly string[],
  done: PendingChange | null,
  seq: number | null = null,
): void {
  const { surveyId, confirmed, pending } = get();
  if (!surveyId) return;
  const next = new Map(confirmed);
  for (const id of deletedIds) next.delete(id);
  for (const feature of puts) if ((next.get(feature.id)?.revision ?? 0) <= feature.revision) next.set(feature.id, feature);
  if (done) forgetPending(surveyId, done);
  const rest = rebasePending(
    next,
    pending.filter((change) => change !== done),
    surveyId,
  );
  set({
    confirmed: next,
    pending: rest,
    features: featureView(next, rest, surveyId),
    ...(seq === null ? {} : { lastEditSeq: Math.max(seq, get().lastEditSeq) }),
  });
}

let pulling: Promise<void> | null = null;
let pullAgain = false;

/** Fetches what others (another tab, the command line, a review) changed since. */
export function pullFeatures(): Promise<void> {
  if (pulling) {
    pullAgain = true;
    return pulling;
  }
  pulling = pullOnce().finally(() => {
    pulling = null;
    if (pullAgain) {
      pullAgain = false;
      void pullFeatures();
    }
  });
  return pulling;
}

async function pullOnce(): Promise<void> {
  const { surveyId, lastEditSeq, loaded } = get();
  if (!surveyId || !loaded) return;
  try {
    const [answer, recent] = await Promise.all([
      api.features.since.query({ surveyId, seq: lastEditSeq }),
      api.edits.recent.query({ surveyId, limit: 60 }),
    ]);
    if (get().surveyId !== surveyId) return;
    const known = new Set(get().log.map((entry) => entry.id));
    const foreign = recent
      .filter((edit) => !known.has(edit.id))
      .map(logEntryOf)
      .reverse();
    if (foreign.length > 0) set({ log: [...get().log, ...foreign] });
    mergeConfirmed(answer.features, answer.deletedIds, null, answer.lastEditSeq);
  } catch {
    // The next live event, or the next save, asks again.
  }
}

onLive("edit", (event) => {
  const { surveyId, pending, log } = get();
  const own = pending.some((change) => entryOf(change).id === event.editId) || log.some((entry) => entry.id === event.editId);
  if (event.surveyId === surveyId && !own) void pullFeatures();
});
