"use client";
import type { LiveEvent } from "@reefline/schema/job";
import { WifiOff } from "lucide-react";
import { useEffect } from "react";
import { queryClient } from "../_api/api.ts";
import { emitLive } from "../_api/liveBus.ts";
import { useLiveState } from "./liveState.ts";
import { openLiveStream } from "./openLiveStream.ts";
import { joinSharedStream } from "./sharedStream.ts";
import { updateCaches } from "./updateCaches.ts";

const NAME = "reefline-live";

/** Mounted once per page: keeps the caches true while the server works, and says so in words when it cannot. */
export function LiveConnection() {
  const state = useLiveState((live) => live.state);
  useEffect(() => {
    let missed = false;
    return joinSharedStream<LiveEvent>(
      { name: NAME, open: openLiveStream, locks: navigator.locks, channel: new BroadcastChannel(NAME) },
      {
        onEvent: (_seq, event) => {
          updateCaches(event);
          emitLive(event);
        },
        onState: (next) => {
          // What happened before the first connection, or while it was lost for longer than the server remembers, was not told.
          if (next === "live" && (missed || useLiveState.getState().state === "connecting")) void queryClient.invalidateQueries();
          missed = next === "lost";
          useLiveState.setState({ state: next });
        },
      },
    );
  }, []);

  return state === "lost" ? (
    <div
      role="status"
      className="enter fixed inset-x-0 top-14 z-40 mx-auto flex w-fit max-w-[calc(100vw-2rem)] items-center gap-2 rounded bg-amber-soft px-3 py-1.5 text-ink shadow-panel backdrop-blur-sm"
    >
      <WifiOff size={15} className="shrink-0 text-amber-ink" aria-hidden />
      Reefline's server does not answer. What you see may be old; this page reconnects by itself.
    </div>
  ) : null;
}
