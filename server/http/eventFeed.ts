import { eventsAfter, lastEventSeq, type NumberedEvent, pruneEvents } from "../storage/events.ts";
import type { Store } from "../storage/store.ts";

/** One look at the event table, however many browsers listen. */
export interface EventFeed {
  /** Events after `afterSeq` (null: from now on), each once and in order, until the signal aborts. */
  listen(afterSeq: number | null, signal: AbortSignal): AsyncIterable<NumberedEvent>;
  stop(): void;
}

const keepEventsMs = 60 * 60 * 1_000;
const pruneEveryMs = 5 * 60 * 1_000;

export async function startEventFeed(store: Store, onError: (error: unknown) => void): Promise<EventFeed> {
  let seen = await lastEventSeq(store.db);
  const listeners = new Set<(events: NumberedEvent[]) => void>();
  const over = new AbortController();
  let stopped = false;
  let prunedAt = 0;

  const poll = async () => {
    try {
      if (listeners.size > 0) {
        const events = await eventsAfter(store.db, seen);
        seen = events.at(-1)?.seq ?? seen;
        if (events.length > 0) for (const tell of listeners) tell(events);
      } else {
        seen = await lastEventSeq(store.db);
      }
      if (Date.now() - prunedAt > pruneEveryMs) {
        prunedAt = Date.now();
        await pruneEvents(store.db, keepEventsMs);
      }
    } catch (error) {
      onError(error);
    }
    if (!stopped) setTimeout(poll, store.config.pollSeconds * 1_000).unref();
  };
  void poll();

  return {
    async *listen(afterSeq, clientSignal) {
      const signal = AbortSignal.any([clientSignal, over.signal]);
      let queue: NumberedEvent[] = [];
      let wake = () => {};
      let sent = afterSeq ?? seen;
      const tell = (events: NumberedEvent[]) => {
        queue.push(...events);
        wake();
      };
      const onAbort = () => wake();
      listeners.add(tell);
      signal.addEventListener("abort", onAbort);
      try {
        // What was missed while disconnected; the live ones queue up meanwhile.
        for (let missed = await eventsAfter(store.db, sent); missed.length > 0; missed = await eventsAfter(store.db, sent)) {
          for (const event of missed) {
            yield event;
            sent = event.seq;
          }
        }
        while (!signal.aborted) {
          const ready = queue;
          queue = [];
          for (const event of ready) {
            if (event.seq <= sent) continue;
            yield event;
            sent = event.seq;
          }
          if (queue.length === 0 && !signal.aborted) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        listeners.delete(tell);
        signal.removeEventListener("abort", onAbort);
      }
    },
    stop() {
      stopped = true;
      // Open streams end now; browsers come back to the next server by themselves.
      over.abort();
    },
  };
}
