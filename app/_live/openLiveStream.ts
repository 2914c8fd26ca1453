import type { LiveEvent } from "@reefline/schema/job";
import { api } from "../_api/api.ts";
import type { OpenStream } from "./sharedStream.ts";

/** How long a reconnect may take before the user is told. */
const PATIENCE_MS = 2_000;

/** The server's event stream. tRPC reconnects by itself and sends the last number it saw, so nothing is missed in between. */
export const openLiveStream: OpenStream<LiveEvent> = (lastSeq, { onEvent, onState }) => {
  let waiting: ReturnType<typeof setTimeout> | null = null;
  const settled = () => {
    if (waiting) clearTimeout(waiting);
    waiting = null;
  };
  const subscription = api.live.events.subscribe(lastSeq === null ? {} : { lastSeq }, {
    onData: ({ id, data }) => onEvent(Number(id), data),
    onConnectionStateChange: ({ state }) => {
      if (state === "pending") {
        settled();
        onState("live");
      } else waiting ??= setTimeout(() => onState("lost"), PATIENCE_MS);
    },
    onError: () => {
      settled();
      onState("lost");
    },
  });
  return () => {
    settled();
    subscription.unsubscribe();
  };
};
