import type { AppliedEdit } from "@reefline/schema/feature";
import type { Effect } from "./pendingChange.ts";

/** One line of the history, oldest first: enough to take it back, before and after a reload. */
export type LogEntry = { id: string; title: string; inverseOf: string | null; effects: Effect[] };

/** What the next undo and the next redo would take back. Undo and redo are both "take back edit X": a redo takes back an undo. */
export type UndoStack = { undo: readonly LogEntry[]; redo: readonly LogEntry[] };

export function undoStack(log: readonly LogEntry[]): UndoStack {
  const undo: LogEntry[] = [];
  let redo: LogEntry[] = [];
  for (const entry of log) {
    const undone = undo.findIndex((other) => other.id === entry.inverseOf);
    const redone = redo.findIndex((other) => other.id === entry.inverseOf);
    if (undone >= 0) {
      const [original] = undo.splice(undone, 1);
      // The title stays that of what the user did, not "Undo …".
      redo.push({ ...entry, title: original?.title ?? entry.title });
    } else if (redone >= 0) {
      const [original] = redo.splice(redone, 1);
      undo.push({ ...entry, title: original?.title ?? entry.title });
    } else {
      undo.push(entry);
      redo = [];
    }
  }
  return { undo, redo };
}

export function logEntryOf(edit: AppliedEdit): LogEntry {
  const before = new Map(edit.before.map((entry) => [entry.id, entry.content]));
  return {
    id: edit.id,
    title: edit.title,
    inverseOf: edit.inverseOf,
    effects: [
      ...edit.puts.map((put) => ({ id: put.id, before: before.get(put.id) ?? null, after: put.content })),
      ...edit.deletes.map((gone) => ({ id: gone.id, before: before.get(gone.id) ?? null, after: null })),
    ],
  };
}

export function inverseEffects(effects: readonly Effect[]): Effect[] {
  return effects.map(({ id, before, after }) => ({ id, before: after, after: before })).reverse();
}
