/** gone: its area was deleted from the map. */
export type BlockState = "open" | "done" | "gone";

/** The first block from a place on, round to the front again, that is still to be labelled; null when none is. */
export function firstOpen(states: readonly BlockState[], from: number): number | null {
  for (let i = 0; i < states.length; i++) {
    const at = (from + i) % states.length;
    if (states[at] === "open") return at;
  }
  return null;
}
