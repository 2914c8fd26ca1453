import { changeId, type PendingChange, pendingChangeSchema } from "./pendingChange.ts";

const prefix = (surveyId: string) => `reefline.pending.${surveyId}.`;
let counter = 0;

/** Sorts by the moment of the change, across reloads and tabs. */
export function nextOrder(now = Date.now()): string {
  counter = (counter + 1) % 10_000;
  return `${String(now).padStart(15, "0")}${String(counter).padStart(4, "0")}`;
}

/** Written before the change is shown, in one synchronous step: a reload in the next instant finds it. False when storage is full. */
export function keepPending(surveyId: string, change: PendingChange, storage: Storage = localStorage): boolean {
  try {
    storage.setItem(prefix(surveyId) + changeId(change), JSON.stringify(change));
    return true;
  } catch {
    return false;
  }
}

export function forgetPending(surveyId: string, change: PendingChange, storage: Storage = localStorage): void {
  storage.removeItem(prefix(surveyId) + changeId(change));
}

/** Everything of this survey that was not acknowledged, oldest first. Entries that cannot be read are left where they are. */
export function readPending(surveyId: string, storage: Storage = localStorage): PendingChange[] {
  const found: PendingChange[] = [];
  for (let index = 0; index < storage.length; index++) {
    const key = storage.key(index);
    const text = key?.startsWith(prefix(surveyId)) ? storage.getItem(key) : null;
    if (!text) continue;
    try {
      const parsed = pendingChangeSchema.safeParse(JSON.parse(text));
      if (parsed.success) found.push(parsed.data);
    } catch {}
  }
  return found.sort((a, b) => (a.order < b.order ? -1 : 1));
}
