import type { PredictedPolygon } from "@reefline/schema/prediction";
import { create } from "zustand";

/** Decisions of this page that the server may not have told the map of yet, by the polygon's number in tiles. */
export const useRecentDecisions = create<{ decisions: ReadonlyMap<number, PredictedPolygon["decision"]> }>(() => ({
  decisions: new Map(),
}));

export function noteDecision(num: number, decision: PredictedPolygon["decision"]): void {
  useRecentDecisions.setState(({ decisions }) => ({ decisions: new Map(decisions).set(num, decision) }));
}

/** By then the map has heard of it from the server. */
const TOLD_MS = 10_000;

/** The server has taken it: soon it is the server's to say again. */
export function decisionIsSaved(num: number): void {
  const saved = useRecentDecisions.getState().decisions.get(num);
  setTimeout(() => {
    if (useRecentDecisions.getState().decisions.get(num) === saved) forgetDecision(num);
  }, TOLD_MS);
}

/** What is decided on a polygon is the server's to say again. */
export function forgetDecision(num: number): void {
  useRecentDecisions.setState(({ decisions }) => ({ decisions: new Map([...decisions].filter(([known]) => known !== num)) }));
}
