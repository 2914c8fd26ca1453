import { create } from "zustand";

/** connecting: first time; live: events arrive; lost: was or could not be connected, being tried again. */
export type LiveState = "connecting" | "live" | "lost";

export const useLiveState = create<{ state: LiveState }>(() => ({ state: "connecting" }));
