import type { LiveState } from "./liveState.ts";

/** What tabs tell each other. Exactly one of them holds the connection; the others listen to it. */
type Message<E> = { kind: "event"; seq: number; event: E } | { kind: "state"; state: LiveState } | { kind: "who-leads" };

export interface StreamHandlers<E> {
  onEvent: (seq: number, event: E) => void;
  onState: (state: LiveState) => void;
}

/** Opens the real connection, from just after `lastSeq` (null: from now on). Returns the way to close it. */
export type OpenStream<E> = (lastSeq: number | null, handlers: StreamHandlers<E>) => () => void;

export interface SharedStreamParts<E> {
  name: string;
  open: OpenStream<E>;
  /** The browser's own; a page served without a secure context has no locks and then leads for itself. */
  locks: Pick<LockManager, "request"> | undefined;
  channel: Pick<BroadcastChannel, "postMessage" | "addEventListener" | "removeEventListener" | "close">;
}

/**
 * One event stream for all tabs of this browser: HTTP/1.1 gives a site six connections, and each stream would keep one.
 * The tab that holds the lock connects and passes events on; when it closes, the next one goes on after the last event it saw.
 */
export function joinSharedStream<E>({ name, open, locks, channel }: SharedStreamParts<E>, handlers: StreamHandlers<E>): () => void {
  let lastSeq: number | null = null;
  let state: LiveState = "connecting";
  let leading = false;
  const leaving = new AbortController();

  const take = (seq: number, event: E): boolean => {
    if (lastSeq !== null && seq <= lastSeq) return false;
    lastSeq = seq;
    handlers.onEvent(seq, event);
    return true;
  };
  const say = (next: LiveState) => {
    state = next;
    handlers.onState(next);
  };
  const send = (message: Message<E>) => channel.postMessage(message);

  const listen = (incoming: Event) => {
    const message = (incoming as MessageEvent<Message<E>>).data;
    if (message.kind === "who-leads") {
      if (leading) send({ kind: "state", state });
    } else if (!leading) {
      if (message.kind === "event") take(message.seq, message.event);
      else say(message.state);
    }
  };
  channel.addEventListener("message", listen);
  send({ kind: "who-leads" });

  const lead = () =>
    new Promise<void>((done) => {
      if (leaving.signal.aborted) return done();
      leading = true;
      const close = open(lastSeq, {
        onEvent: (seq, event) => {
          if (take(seq, event)) send({ kind: "event", seq, event });
        },
        onState: (next) => {
          say(next);
          send({ kind: "state", state: next });
        },
      });
      leaving.signal.addEventListener("abort", () => {
        leading = false;
        close();
        done();
      });
    });

  if (locks) {
    locks.request(name, { signal: leaving.signal }, lead).catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error;
    });
  } else void lead();

  return () => {
    leaving.abort();
    channel.removeEventListener("message", listen);
    channel.close();
  };
}
