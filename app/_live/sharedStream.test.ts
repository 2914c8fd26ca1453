import { afterEach, describe, expect, it } from "vitest";
import { joinSharedStream, type StreamHandlers } from "./sharedStream.ts";

/** The Web Locks rule that matters here: one holder, the others wait their turn; an aborted waiter is dropped. */
function fairLock(): Pick<LockManager, "request"> {
  let tail: Promise<unknown> = Promise.resolve();
  const request = (_name: string, options: { signal: AbortSignal }, run: () => Promise<void>) => {
    const turn = tail.then(() => (options.signal.aborted ? undefined : run()));
    tail = turn;
    return turn;
  };
  return { request: request as LockManager["request"] };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));
const leave: (() => void)[] = [];
afterEach(() => {
  for (const stop of leave.splice(0)) stop();
});

function tab(
  name: string,
  locks: Pick<LockManager, "request"> | undefined,
  server: { opened: (number | null)[]; handlers: StreamHandlers<string>[] },
) {
  const seen: string[] = [];
  const states: string[] = [];
  const stop = joinSharedStream<string>(
    {
      name,
      locks,
      channel: new BroadcastChannel(name),
      open: (lastSeq, handlers) => {
        server.opened.push(lastSeq);
        server.handlers.push(handlers);
        return () => server.handlers.splice(server.handlers.indexOf(handlers), 1);
      },
    },
    { onEvent: (_seq, event) => seen.push(event), onState: (state) => states.push(state) },
  );
  leave.push(stop);
  return { seen, states, stop };
}

describe("one stream for all tabs", () => {
  it("is opened by one tab, heard by all, and taken over where it stopped", async () => {
    const locks = fairLock();
    const server = { opened: [] as (number | null)[], handlers: [] as StreamHandlers<string>[] };
    const name = `live-${crypto.randomUUID()}`;
    const first = tab(name, locks, server);
    const second = tab(name, locks, server);
    await settle();
    expect(server.opened).toEqual([null]);
    server.handlers[0]!.onState("live");
    server.handlers[0]!.onEvent(7, "a");
    server.handlers[0]!.onEvent(8, "b");
    server.handlers[0]!.onEvent(8, "b again");
    await settle();
    expect(first.seen).toEqual(["a", "b"]);
    expect(second.seen).toEqual(["a", "b"]);
    expect(second.states.at(-1)).toBe("live");

    first.stop();
    await settle();
    expect(server.opened).toEqual([null, 8]);
    server.handlers[0]!.onEvent(9, "c");
    expect(second.seen).toEqual(["a", "b", "c"]);
    expect(first.seen).toEqual(["a", "b"]);
  });

  it("tells a tab that comes later how things stand", async () => {
    const locks = fairLock();
    const server = { opened: [] as (number | null)[], handlers: [] as StreamHandlers<string>[] };
    const name = `live-${crypto.randomUUID()}`;
    tab(name, locks, server);
    await settle();
    server.handlers[0]!.onState("lost");
    const late = tab(name, locks, server);
    await settle();
    expect(late.states).toEqual(["lost"]);
  });

  it("connects by itself where the browser has no locks", async () => {
    const server = { opened: [] as (number | null)[], handlers: [] as StreamHandlers<string>[] };
    tab(`live-${crypto.randomUUID()}`, undefined, server);
    await settle();
    expect(server.opened).toEqual([null]);
  });
});
