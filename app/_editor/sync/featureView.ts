import type { Feature } from "@reefline/schema/feature";
import type { Effect, PendingChange } from "./pendingChange.ts";

export type Features = ReadonlyMap<string, Feature>;

/** What the user sees: the server's features with the changes that are still on their way. */
export function featureView(confirmed: Features, pending: readonly PendingChange[], surveyId: string): Features {
  if (pending.length === 0) return confirmed;
  const view = new Map(confirmed);
  for (const change of pending) applyEffects(view, change.effects, surveyId);
  return view;
}

/** In place. A revision that the server will give is foretold: one more than the last, 1 for what is new. */
export function applyEffects(view: Map<string, Feature>, effects: readonly Effect[], surveyId: string): void {
  for (const { id, after } of effects) {
    const present = view.get(id);
    if (after)
      view.set(id, {
        ...after,
        id,
        surveyId,
        revision: (present?.revision ?? 0) + 1,
        updatedAt: present?.updatedAt ?? new Date().toISOString(),
      });
    else view.delete(id);
  }
}
