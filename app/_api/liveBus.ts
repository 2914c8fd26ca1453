import type { LiveEvent } from "@reefline/schema/job";

type Handlers = { [K in LiveEvent["kind"]]: Set<(event: Extract<LiveEvent, { kind: K }>) => void> };

const handlers: Handlers = {
  job: new Set(),
  history: new Set(),
  chips: new Set(),
  edit: new Set(),
  survey: new Set(),
  prediction: new Set(),
};

/** Called once per event by the page's one live connection (`_live`). */
export function emitLive(event: LiveEvent): void {
  const set: Set<(event: never) => void> = handlers[event.kind];
  for (const handler of set) handler(event as never);
}

/** Listens to one kind of live event; returns the way to stop. */
export function onLive<K extends LiveEvent["kind"]>(kind: K, handler: (event: Extract<LiveEvent, { kind: K }>) => void): () => void {
  const set: Set<(event: Extract<LiveEvent, { kind: K }>) => void> = handlers[kind];
  set.add(handler);
  return () => {
    set.delete(handler);
  };
}
