import type { PredictedPolygon } from "@reefline/schema/prediction";
import { create } from "zustand";

/** Decisions of this page that the server may not have told the map of yet, by the polygon's number in tiles. */
export const useRecentDecisions = create<{ decisions: ReadonlyMap<number, PredictedPolygon["decision"]> }>(() => ({
  decisions: new Map(),
}));

export function noteDecision(num: number, decision: PredictedPolygon["decision"]): void {
  useRecentDecisions.setState(({ decisions }) => ({ decisions: new Map(decisions).set(num, decision) }));
}

/** What is decided on a polygon is the server's to say again. */
export function forgetDecision(num: number): void {
  useRecentDecisions.setState(({ decisions }) => ({ decisions: new Map([...decisions].filter(([known]) => known !== num)) }));
}
