import type { Edit, Feature } from "@reefline/schema/feature";
import { create } from "zustand";
import { api } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { onLive } from "../_api/liveBus.ts";
import { toast } from "../_ui/toasts.ts";
import { type LabelTotals, withEffects } from "./labelTotals.ts";
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
  /** As the server holds them: areas whole; of the labels those that changed since the tiles' edit, and those that were looked at. */
  confirmed: Features;
  /** The edit up to which labels are drawn from tiles; null until a survey is open. */
  base: number | null;
  /** The edit whose tiles are on their way to the map; `base` once they are there. */
  nextBase: number | null;
  /** Features that changed after `base`, deleted ones too, and by which edit: tiles do not show them. */
  changedAt: ReadonlyMap<string, number>;
  /** Of the server, as of an edit; `labelTotals` adds what is still on its way. */
  totals: LabelTotals | null;
  totalsSeq: number;
  /** Not acknowledged yet, oldest first. */
  pending: readonly PendingChange[];
  /** What the user sees, as far as it is known here. */
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
  base: null,
  nextBase: null,
  changedAt: new Map(),
  totals: null,
  totalsSeq: 0,
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
    const stored = readPending(surveyId);
    const touched = [...new Set(stored.flatMap((change) => change.effects.map(({ id }) => id)))].slice(0, 500);
    const [answer, recent, waiting] = await Promise.all([
      api.features.open.query({ surveyId }),
      api.edits.recent.query({ surveyId, limit: 60 }),
      touched.length > 0 ? api.features.byId.query({ surveyId, ids: touched }) : [],
    ]);
    if (get().surveyId !== surveyId) return;
    const confirmed: Features = new Map([...answer.areas, ...waiting].map((feature) => [feature.id, feature]));
    const applied = new Set(recent.map((edit) => edit.id));
    const log = recent.map(logEntryOf).reverse();
    for (const change of stored) {
      const entry = entryOf(change);
      if (!applied.has(entry.id)) log.push(entry);
    }
    const { lastEditSeq, totals } = answer;
    set({ confirmed, log, lastEditSeq, totals, totalsSeq: lastEditSeq, base: lastEditSeq, nextBase: lastEditSeq, loaded: true });
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

function setPending(pending: readonly PendingChange[]): void {
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
export function mergeConfirmed(changes: readonly Change[], done: PendingChange | null, known: Partial<Known> = {}): void {
  const { surveyId, confirmed, pending, changedAt, totals, totalsSeq } = get();
  if (!surveyId) return;
  const next = new Map(confirmed);
  const nextChangedAt = new Map(changedAt);
  for (const { id, editSeq, feature } of changes) {
    if (feature && (next.get(id)?.revision ?? 0) > feature.revision) continue;
    if (feature) next.set(id, feature);
    else next.delete(id);
    nextChangedAt.set(id, editSeq);
  }
  if (done) forgetPending(surveyId, done);
  const rest = rebasePending(
    next,
    pending.filter((change) => change !== done),
    surveyId,
  );
  const ownSeq = done ? Math.max(0, ...changes.map(({ editSeq }) => editSeq)) : 0;
  const ownTotals = done && totals && ownSeq > totalsSeq ? withEffects(totals, done.effects) : totals;
  set({
    confirmed: next,
    changedAt: nextChangedAt,
    pending: rest,
    features: featureView(next, rest, surveyId),
    totals: known.totals ?? ownTotals,
    ...(known.totals && known.lastEditSeq !== undefined ? { totalsSeq: known.lastEditSeq } : {}),
    ...(known.lastEditSeq === undefined ? {} : { lastEditSeq: Math.max(known.lastEditSeq, get().lastEditSeq) }),
  });
  if (nextChangedAt.size > labelsBesideTiles) renewBaseSoon();
}

/** A feature after an edit; null: deleted. */
export type Change = { id: string; editSeq: number; feature: Feature | null };
type Known = { totals: LabelTotals; lastEditSeq: number };

/** Takes in labels that were looked up because somebody works with them; tiles go on drawing them. */
export function rememberFeatures(features: readonly Feature[]): void {
  const { surveyId, confirmed, pending, changedAt } = get();
  const next = new Map(confirmed);
  for (const feature of features) {
    const known = next.get(feature.id);
    // One that was deleted here a moment ago stays so.
    if (feature.surveyId !== surveyId || (!known && changedAt.has(feature.id)) || (known?.revision ?? 0) >= feature.revision) continue;
    next.set(feature.id, feature);
  }
  if (surveyId) set({ confirmed: next, features: featureView(next, pending, surveyId) });
}

/** Ids that tiles must not draw: changed since, or about to. */
export function besideTiles({ changedAt, pending }: Pick<FeatureStore, "changedAt" | "pending">): Set<string> {
  const ids = new Set(changedAt.keys());
  for (const { effects } of pending) for (const { id } of effects) ids.add(id);
  return ids;
}

/** More changed labels than these go into new tiles once nothing happens for a while. */
const labelsBesideTiles = 200;
const calmMs = 4_000;
let renewal: ReturnType<typeof setTimeout> | null = null;

function renewBaseSoon(): void {
  if (renewal) clearTimeout(renewal);
  renewal = setTimeout(() => {
    renewal = null;
    if (get().pending.length > 0) renewBaseSoon();
    else void pullFeatures().then(() => set({ nextBase: get().lastEditSeq }));
  }, calmMs);
}

/** The map shows tiles of an edit now: what changed up to it need not be drawn beside them any more. */
export function baseIsShown(editSeq: number): void {
  const { surveyId, changedAt } = get();
  if (surveyId) set({ base: editSeq, changedAt: new Map([...changedAt].filter(([, seq]) => seq > editSeq)) });
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
      api.features.changes.query({ surveyId, seq: lastEditSeq }),
      api.edits.recent.query({ surveyId, limit: 60 }),
    ]);
    if (get().surveyId !== surveyId) return;
    const known = new Set(get().log.map((entry) => entry.id));
    const foreign = recent
      .filter((edit) => !known.has(edit.id))
      .map(logEntryOf)
      .reverse();
    if (foreign.length > 0) set({ log: [...get().log, ...foreign] });
    mergeConfirmed(answer.changes, null, { totals: answer.totals, lastEditSeq: answer.lastEditSeq });
    if (answer.isTooMany) await startFromTiles(surveyId, answer.lastEditSeq);
  } catch {
    // The next live event, or the next save, asks again.
  }
}

/** So much changed that labels are drawn from new tiles; those known here may be old, and only what is in use is looked up again. */
async function startFromTiles(surveyId: string, editSeq: number): Promise<void> {
  const { confirmed, features } = get();
  const labels = [...confirmed.values()].filter(({ layer }) => layer === "label").map(({ id }) => id);
  const fresh: Feature[] = [];
  for (let start = 0; start < labels.length; start += 500)
    fresh.push(...(await api.features.byId.query({ surveyId, ids: labels.slice(start, start + 500) })));
  if (get().surveyId !== surveyId) return;
  const living = new Set(fresh.map(({ id }) => id));
  const gone = labels.filter((id) => features.has(id) && !living.has(id));
  mergeConfirmed(
    [...fresh.map((feature) => ({ id: feature.id, editSeq, feature })), ...gone.map((id) => ({ id, editSeq, feature: null }))],
    null,
  );
  set({ nextBase: editSeq });
}

onLive("edit", (event) => {
  const { surveyId, pending, log } = get();
  const own = pending.some((change) => entryOf(change).id === event.editId) || log.some((entry) => entry.id === event.editId);
  if (event.surveyId === surveyId && !own) void pullFeatures();
});
